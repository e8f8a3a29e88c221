"""What a consumer does with the events that it asked for: it reacts, or it projects."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from shared.contracts.refused import Refused
from shared.eventstore.calls import Call, Run
from shared.eventstore.connections import engine
from shared.eventstore.errors import Retryable, Unprocessable, reason_of
from shared.eventstore.parking import Parked
from shared.eventstore.recorded import Recorded, read
from shared.eventstore.writer import Writer
from shared.messaging.inbox import Inbox, PostgresInbox
from shared.messaging.line import Stretch

E = TypeVar("E")


class Effect(Protocol[E]):
    """Each event takes effect once: with the claim of its position, in one transaction."""

    most: int
    """Events in one transaction."""

    def inbox(self, consumer: str, topic: str) -> Inbox: ...

    def read(self, body: bytes) -> E:
        """Raises Unprocessable: the event must be parked."""

    async def apply(self, consumer: str, topic: str, stretch: Stretch[E]) -> bool:
        """False: the stretch was claimed before, and nothing was done.

        Raises:
            Retryable: the database is away. It may have been done: the inbox tells.
            Unprocessable: one of the events cannot be processed; nothing was done.
        """

    async def again(self, parked: Parked, event: E) -> None:
        """Processes a parked event and takes it out of its place. Raises as `apply`."""


class InOneTransaction(Generic[E]):
    """Claim and effect go through one connection to the service's database."""

    most = 500

    def __init__(self, database: Engine, write: Callable[[Connection, Sequence[E]], None]) -> None:
        self._database = database
        self._write = write

    def inbox(self, consumer: str, topic: str) -> PostgresInbox:
        return PostgresInbox(self._database, consumer, topic)

    async def apply(self, consumer: str, topic: str, stretch: Stretch[E]) -> bool:
        return await asyncio.to_thread(self._apply, self.inbox(consumer, topic), stretch)

    async def again(self, parked: Parked, event: E) -> None:
        await asyncio.to_thread(
            self._again, self.inbox(parked.consumer, parked.topic), parked, event
        )

    def _apply(self, inbox: PostgresInbox, stretch: Stretch[E]) -> bool:
        with inbox.changing() as connection:
            claimed = inbox.claim(connection, stretch.first, stretch.last)
            if claimed:
                with bugs():
                    self._write(connection, stretch.events)
            return claimed

    def _again(self, inbox: PostgresInbox, parked: Parked, event: E) -> None:
        with inbox.changing() as connection:
            if inbox.retried(connection, parked):
                with bugs():
                    self._write(connection, [event])


class Project(InOneTransaction[Recorded]):
    """Foreign facts that the service keeps: `Project(engine, project)`."""

    def read(self, body: bytes) -> Recorded:
        return read(body)


class React:
    """Commands of the service's own that follow from an event; `react` is pure."""

    most = 100

    def __init__(self, writer: Writer, react: Callable[[Recorded], Sequence[Call]]) -> None:
        self._writer = writer
        self._react = react
        self._database = engine(writer.database_url, pool_size=1)

    def inbox(self, consumer: str, topic: str) -> PostgresInbox:
        return PostgresInbox(self._database, consumer, topic)

    def read(self, body: bytes) -> Recorded:
        return read(body)

    async def apply(self, consumer: str, topic: str, stretch: Stretch[Recorded]) -> bool:
        calls = [call for event in stretch.events for call in self._calls(event)]
        run = Run(consumer, topic, stretch.first, stretch.last, calls)
        return await self._writer.react(run) is not None

    async def again(self, parked: Parked, event: Recorded) -> None:
        refused = []
        for call in self._calls(event):
            try:
                await self._writer.handle(call)
            except Refused as refusal:
                refused.append((call, refusal))
        await asyncio.to_thread(self._settle, parked, refused)

    def _calls(self, event: Recorded) -> Sequence[Call]:
        with bugs():
            return self._react(event)

    def _settle(self, parked: Parked, refused: Sequence[tuple[Call, Refused]]) -> None:
        inbox = self.inbox(parked.consumer, parked.topic)
        with inbox.changing() as connection:
            if inbox.retried(connection, parked):
                for call, refusal in refused:
                    connection.execute(INSERT_REFUSED, refused_row(parked, call, refusal))


INSERT_REFUSED = text(
    "INSERT INTO refused_reactions"
    " (command_id, consumer, topic, causation_id, stream, reason, refused_at) VALUES"
    " (:command_id, :consumer, :topic, :causation_id, :stream, :reason, now())"
    " ON CONFLICT DO NOTHING"
)


def refused_row(parked: Parked, call: Call, refusal: Refused) -> dict[str, object]:
    return {
        "command_id": call.command_id,
        "consumer": parked.consumer,
        "topic": parked.topic,
        "causation_id": call.causation_id,
        "stream": call.stream,
        "reason": type(refusal).__name__,
    }


@contextmanager
def bugs() -> Iterator[None]:
    """What a projection or a reaction raises by mistake makes the event Unprocessable."""
    try:
        yield
    except (Retryable, Unprocessable, DBAPIError):
        raise
    except Exception as bug:
        raise Unprocessable(reason_of(bug)) from None
