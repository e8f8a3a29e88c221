"""Open cases to refer, written by the writer that the service itself uses."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

from deploy.local.people import LANTERN, person
from deploy.local.service_settings import Parts, keys
from services.cases.app import CASE
from services.cases.commands import OpenCase
from services.cases.state import stream_of
from shared.contracts.actor import Staff
from shared.eventstore.calls import Call
from shared.eventstore.writer import Writer
from shared.runtime.clock import now
from shared.vault.providers import KeyFile
from shared.vault.tables import SubjectKeys
from shared.vault.vault import Vault

WORKER = person(LANTERN, "caseworker")
STAFF = Staff(LANTERN.id, WORKER.id, frozenset(WORKER.roles))


def open_cases(parts: Parts, count: int) -> Sequence[UUID]:
    cases = [uuid4() for _ in range(count)]
    asyncio.run(opened(parts, cases))
    return cases


async def opened(parts: Parts, cases: Sequence[UUID]) -> None:
    settings = keys(parts)
    vault = Vault(SubjectKeys(settings.keys_url), KeyFile(settings.key_file))
    writer = Writer(parts.databases.url("cases", "writer"), "cases", [CASE], vault, now)
    writer.start()
    try:
        await asyncio.gather(*(writer.handle(opening(case)) for case in cases))
    finally:
        await asyncio.to_thread(writer.stop)


def opening(case: UUID) -> Call:
    command = OpenCase(case, uuid4(), LANTERN.id, WORKER.id)
    return Call(
        stream=stream_of(case),
        command=command,
        actor=STAFF,
        key=str(case),
        request_hash=bytes(32),
        command_id=uuid4(),
        subject=command.person_id,
    )
