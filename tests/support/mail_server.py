"""A mail server in this process, which keeps what it takes, and can refuse."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class MailServer:
    """`unknown` addresses are refused for good; while it is `busy`, everything is, for now."""

    unknown: frozenset[str] = frozenset()
    busy: bool = False
    taken: list[Message] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]
    ) -> str:
        if to in self.unknown:
            return "550 No such user"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.busy:
            return "451 Try again later"
        self.taken.append(message_from_bytes(envelope.original_content or b""))
        return "250 OK"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["MailServer"]:
        """On its port of 127.0.0.1, or on a free one."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(self, loop=loop), "127.0.0.1", self.port)
        async with server:
            self.port = server.sockets[0].getsockname()[1]
            yield self
