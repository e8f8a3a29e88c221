"""The writer of the service `cases` with its real aggregate: a case is opened, then services are
recorded in it. Clients are tasks of one event loop (uvloop), as requests are in the service. Each
command also leaves its idempotency key. `sealed` adds the vault with a keys database, where the
subjects' keys stand already; without it the two personal fields come as ciphertext."""

import asyncio
import time
from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

import uvloop
from sqlalchemy import text

from bench.append.threads import measure
from bench.append.work import Answer, Command, Outcome, answered, commands, must_hold, stream_id
from bench.interpreter import as_served
from bench.product import Product
from bench.results import Sample
from bench.rounds import Void
from bench.servers import passing_database
from services.cases.commands import OpenCase, RecordService
from services.cases.state import stream_of
from shared.contracts.actor import Staff
from shared.contracts.marks import Clear, Personal, Sealed
from shared.contracts.refused import WrongVersion
from shared.eventstore.calls import Call
from shared.eventstore.chain import BrokenChain
from shared.eventstore.connections import engine
from shared.eventstore.sealer import Sealer
from shared.eventstore.store import verify_chain
from shared.eventstore.writer import Writer
from shared.runtime.ids import new_id

ORGANISATION, WORKER, ENTRY = uuid4(), uuid4(), uuid4()
STAFF = Staff(ORGANISATION, WORKER)
REQUEST_HASH = bytes(32)
SEALED = Sealed("c" * 40)
CLEAR_KIND: Personal[str] = Clear("Medical care")
CLEAR_DAY: Personal[date] = Clear(date(2026, 3, 1))
"""The load's own work is small, as it is for the peers: they write one constant too."""


def play(product: Product, sealer: Sealer | None, clients: int) -> Sample:
    with passing_database(product.postgres, product.template) as database:
        outcome = appended(product, database, sealer, clients)
        check(product.postgres.url(database), outcome.stored)
    return outcome.sample()


def appended(product: Product, database: str, sealer: Sealer | None, clients: int) -> Outcome:
    writer = product.writer(database, sealer)
    writer.start()
    try:
        with as_served():
            return uvloop.run(load(writer, clients, sealed=sealer is not None))
    finally:
        writer.stop()


async def load(writer: Writer, clients: int, *, sealed: bool) -> Outcome:
    outcome, over = Outcome(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        playing = [
            group.create_task(client(writer, number, clients, over, sealed=sealed))
            for number in range(clients)
        ]
        await asyncio.to_thread(measure, outcome, time.sleep)
        over.set()
    outcome.answers = [answer for played in playing for answer in played.result()]
    return outcome


async def client(
    writer: Writer, number: int, clients: int, over: asyncio.Event, *, sealed: bool
) -> Sequence[Answer]:
    answers = []
    for command in commands(number, clients):
        if over.is_set():
            break
        asked = time.perf_counter()
        stored = await handled(writer, call(command, sealed=sealed))
        answers.append(answered(command, asked, stored=stored))
    return answers


async def handled(writer: Writer, call: Call) -> bool:
    try:
        await writer.handle(call)
    except WrongVersion:
        return False
    return True


def call(command: Command, *, sealed: bool) -> Call:
    case = stream_id(command.stream)
    opening, command_id = command.version == 0, new_id()
    return Call(
        stream=stream_of(case),
        command=open_case(case) if opening else record_service(sealed=sealed),
        actor=STAFF,
        key=str(command_id),
        request_hash=REQUEST_HASH,
        command_id=command_id,
        subject=case if opening else None,
        expected_version=command.expected,
    )


def open_case(case: UUID) -> OpenCase:
    return OpenCase(case, case, ORGANISATION, WORKER, report_id=case)


def record_service(*, sealed: bool) -> RecordService:
    """About 330 bytes of data."""
    kind, day = (CLEAR_KIND, CLEAR_DAY) if sealed else (SEALED, SEALED)
    return RecordService(ORGANISATION, ENTRY, "Clinic", kind, day)


def check(url: str, stored: int) -> None:
    """Raises Void: an event is missing, double, out of order, or not as it was written."""
    database = engine(url)
    try:
        with database.connect() as connection:
            head = verify_chain(connection)
            gaps = connection.execute(
                text(
                    "SELECT count(*) FROM (SELECT FROM events GROUP BY stream"
                    " HAVING max(version) <> count(*)) AS gaps"
                )
            ).scalar_one()
    except BrokenChain as broken:
        raise Void(str(broken)) from None
    finally:
        database.dispose()
    must_hold(head.position, stored, "positions, gap-free")
    must_hold(gaps, 0, "streams with gaps")
