"""Ways back that an operator asks for: a topic filled again, foreign facts gathered again."""

from collections.abc import Iterable

from sqlalchemy import Connection, Engine, delete, table, text

from shared.eventstore import parking
from shared.messaging.inbox import PostgresInbox, database_errors
from shared.messaging.topics import Bus

BEGIN_AGAIN = "UPDATE relay SET position = 0, broker_offset = -1"


async def rebuild_topic(database: Engine, bus: Bus, topic: str) -> None:
    """Empties the topic and sets the relay to the first event; the relay, where it runs, fills the
    topic again with the same bytes. Raises Retryable; it can be asked for again."""
    # In this order: what the relay sends between the two is sent again.
    await bus.empty(topic)
    with database_errors(), database.begin() as connection:
        connection.execute(text(BEGIN_AGAIN))


def begin_again(connection: Connection, inbox: PostgresInbox, tables: Iterable[str]) -> None:
    """Empties the tables that a consumer projects into; the consumer, where it runs, fills them
    again from the topic's first event. What was skipped stays skipped."""
    position = inbox.lock(connection)
    for name in tables:
        connection.execute(delete(table(name)))
    parking.forget_parked(connection, inbox.consumer, inbox.topic)
    inbox.move(connection, position, 0)
