"""The history of `cases` that is read: real events, encoded and chained as the writer does, put
into the table by COPY. A case is opened, then services are recorded in it."""

import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from uuid import UUID, uuid4

from bench.line import STAFF, envelope_of, service_recorded
from bench.product import Product
from bench.servers import new_database
from shared.contracts.cases import CaseOpened, ServiceRecorded
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.envelope import encode
from shared.eventstore.chain import BEGINNING, link
from shared.eventstore.connections import connect
from shared.eventstore.writes import Written

EVENTS_OF_A_CASE, AT_A_TIME = 20, 1000
CHUNK = 20_000
"""Rows that are sent at once."""

EVENTS = "COPY events FROM STDIN"
HANDLED = "COPY handled_commands FROM STDIN"


def filled(product: Product, count: int) -> str:
    """A database with `count` events, each of a command that is remembered."""
    database = new_database(product.postgres, product.template)
    made = connect(product.postgres.url(database), "bench")
    with made.cursor() as cursor:
        events = history(count)
        while chunk := list(islice(events, CHUNK)):
            cursor.copy_expert(EVENTS, lines(map(event_line, chunk)))
            cursor.copy_expert(HANDLED, lines(map(handled_line, chunk)))
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    made.close()
    return database


def history(count: int) -> Iterator[Written]:
    """Positions 1, 2, 3 …: a thousand cases are worked on at any time, each for twenty events, and
    then another begins in its place."""
    chain, under_way = BEGINNING.chain, [(uuid4(), 0)] * AT_A_TIME
    for index in range(count):
        round_, place = divmod(index, AT_A_TIME)
        case, version = under_way[place]
        if round_ == 0 or (round_ + place) % EVENTS_OF_A_CASE == 0:
            case, version = uuid4(), 0
        under_way[place] = (case, version + 1)
        event = service_recorded(case) if version else opened(case)
        written = chained(event, case, version + 1, index + 1, chain)
        chain = written.chain
        yield written


def opened(case: UUID) -> CaseOpened:
    return CaseOpened(case, uuid4(), STAFF.organisation, STAFF.staff)


def chained(
    event: CaseOpened | ServiceRecorded, case: UUID, version: int, position: int, chain: bytes
) -> Written:
    contract = CATALOGUE.of(event)
    envelope = envelope_of(event, contract.type, case, version, position)
    body = encode(envelope)
    return Written(envelope, contract.schema_version, body, link(chain, body))


def lines(rows: Iterable[str]) -> io.StringIO:
    return io.StringIO("".join(rows))


def event_line(written: Written) -> str:
    envelope = written.envelope
    return line(
        *(envelope.position, envelope.stream, envelope.version, envelope.id, envelope.type),
        *(written.schema_version, moment(envelope.occurred_at), moment(envelope.recorded_at)),
        *(envelope.actor, envelope.subject, envelope.correlation_id, envelope.causation_id),
        *(bytea(written.body), bytea(written.chain)),
    )


def handled_line(written: Written) -> str:
    envelope = written.envelope
    return line(
        *(envelope.actor, envelope.nonce, bytea(bytes(32)), envelope.stream, envelope.version),
        *(envelope.position, envelope.correlation_id, 1),
    )


def line(*values: object) -> str:
    """No value holds a tab, a line end or a backslash but those of `bytea`."""
    return "\t".join(map(str, values)) + "\n"


def bytea(raw: bytes) -> str:
    return "\\\\x" + raw.hex()


def moment(at: datetime) -> str:
    return at.isoformat()
