"""`python -m deploy.local.mail_sink DIRECTORY PORT` takes every message and sends none on."""

import asyncio
import sys
import time
from pathlib import Path
from uuid import uuid4

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.ports import HOST


class Keep:
    """Writes each message to a file whose name sorts by the time it came."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        name = f"{time.time_ns()}-{uuid4().hex[:8]}"
        draft = self.directory / f"{name}.draft"
        draft.write_bytes(envelope.original_content or b"")
        draft.rename(draft.with_suffix(".eml"))
        return "250 Message accepted"


async def serve(directory: Path, port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Keep(directory), enable_SMTPUTF8=True, hostname="mail.example"), HOST, port
    )
    await server.serve_forever()


asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
