"""How the topics flow into the log: the consumer's effect, and a look at what comes again."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import structlog
from anyio.to_thread import run_sync
from sqlalchemy import Connection, Engine

from services.audit import ledger
from services.audit.entries import Entry, entry
from services.audit.sequencer import Alarm
from shared.eventstore.errors import Unprocessable
from shared.messaging.effects import InOneTransaction
from shared.messaging.inbox import database_errors
from shared.messaging.records import Record
from shared.messaging.topics import Bus, Extent, Publisher, Reader

log = structlog.get_logger()


class Ingest(InOneTransaction[Entry]):
    """The events of `topic` become leaves in the transaction that claims their positions."""

    def __init__(self, database: Engine, topic: str) -> None:
        super().__init__(database, _take)
        self._topic = topic

    def read(self, body: bytes) -> Entry:
        return entry(self._topic, body)


def _take(connection: Connection, entries: Sequence[Entry]) -> None:
    _tell(ledger.add(connection, entries))


@dataclass(frozen=True, slots=True)
class Watch:
    """Compares what a topic shows again with what was logged of it.

    A consumer drops repeats without a look; but a topic that was emptied and filled again may hold
    another history, and that must be seen.
    """

    database: Engine
    topic: str

    def look(self, records: Sequence[Record]) -> None:
        """Blocks. Raises Retryable: the database is away."""
        with database_errors():
            last = self._last()
            repeats = [record for record in records if record.position <= last]
            entries = list(filter(None, map(self._entry, repeats)))
            if entries:
                with self.database.begin() as connection:
                    _tell(ledger.compare(connection, entries))

    def _last(self) -> int:
        with self.database.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")  # one message, not three
            return ledger.last_position(connection, self.topic)

    def _entry(self, record: Record) -> Entry | None:
        try:
            return entry(self.topic, record.body)
        except Unprocessable:
            log.warning("repeat_is_no_event", topic=self.topic, position=record.position)
            return None


@dataclass(frozen=True, slots=True)
class WatchedBus:
    """A bus whose readers show what they fetch to `look`, before the consumer has it."""

    bus: Bus
    look: Callable[[Sequence[Record]], None]

    def publisher(self, topic: str) -> AbstractAsyncContextManager[Publisher]:
        return self.bus.publisher(topic)

    @asynccontextmanager
    async def reader(self, topic: str) -> AsyncIterator[Reader]:
        async with self.bus.reader(topic) as reader:
            yield WatchedReader(reader, self.look)

    async def empty(self, topic: str) -> None:
        await self.bus.empty(topic)


@dataclass(frozen=True, slots=True)
class WatchedReader:
    reader: Reader
    show: Callable[[Sequence[Record]], None]

    async def extent(self) -> Extent:
        return await self.reader.extent()

    def seek(self, offset: int) -> None:
        self.reader.seek(offset)

    def next_offset(self) -> int:
        return self.reader.next_offset()

    async def fetch(self) -> list[Record]:
        records = await self.reader.fetch()
        if records:
            await run_sync(self.show, records)
        return records


def _tell(alarms: Sequence[Alarm]) -> None:
    for alarm in alarms:
        log.error(
            "log_contradicted",
            kind=alarm.kind,
            service=alarm.service,
            position=alarm.position,
            event_id=str(alarm.event_id),
        )
