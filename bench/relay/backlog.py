"""Events of ours that wait for the relay: copied into the table as the writer writes them."""

from collections.abc import Iterator
from io import StringIO

from bench.line import history
from bench.servers import execute
from shared.eventstore.connections import connect
from shared.eventstore.writes import Written

PAGE = 10_000

COLUMNS = (
    "position, stream, version, event_id, type, schema_version, occurred_at, recorded_at, actor,"
    " subject, correlation_id, causation_id, body, chain"
)
COPY = f"COPY events ({COLUMNS}) FROM STDIN"
NOTHING_SENT = "UPDATE relay SET position = 0, broker_offset = -1"


def fill(superuser_url: str, count: int) -> None:
    made = connect(superuser_url, "bench.backlog")
    with made.cursor() as cursor:
        for page in pages(count):
            cursor.copy_expert(COPY, page)
        cursor.execute("VACUUM ANALYZE events")
    made.close()


def send_again(url: str) -> None:
    """Puts the relay before the first event, as an operator who rebuilds the topic does."""
    execute(url, NOTHING_SENT)


def pages(count: int) -> Iterator[StringIO]:
    page = StringIO()
    for number, written in enumerate(history(count), 1):
        page.write(line(written))
        if number % PAGE == 0 or number == count:
            page.seek(0)
            yield page
            page = StringIO()


def line(written: Written) -> str:
    envelope = written.envelope
    values = (
        envelope.position,
        envelope.stream,
        envelope.version,
        envelope.id,
        envelope.type,
        written.schema_version,
        envelope.occurred_at,
        envelope.recorded_at,
        envelope.actor,
        envelope.subject,
        envelope.correlation_id,
        envelope.causation_id,
        # COPY takes a backslash for its own.
        "\\\\x" + written.body.hex(),
        "\\\\x" + written.chain.hex(),
    )
    return "\t".join(map(str, values)) + "\n"
