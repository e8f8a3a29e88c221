"""Sends a service's events to its topic, in their order: repeats may happen, holes never."""

import asyncio
from dataclasses import dataclass

import structlog
from sqlalchemy import text

from shared.eventstore.connections import engine
from shared.eventstore.errors import Retryable
from shared.messaging.backoff import Backoff
from shared.messaging.inbox import database_errors
from shared.messaging.records import Record
from shared.messaging.session import Cursor, Session, Waiting
from shared.messaging.session_thread import SessionThread, session_thread
from shared.messaging.topics import Bus, Publisher, Reader

log = structlog.get_logger()

POLL_SECONDS = 1.0
"""A NOTIFY can be lost; so can a leader."""

PENDING = "SELECT (SELECT coalesce(max(position), 0) FROM events) - position FROM relay"


class Relay:
    """A worker. Of all instances of the service one relays; another takes over when it dies."""

    def __init__(self, database_url: str, topic: str, bus: Bus) -> None:
        self.name = f"{topic}.relay"
        self._url = database_url
        self._topic = topic
        self._bus = bus
        self._database = engine(database_url, pool_size=1)

    def pending(self) -> int:
        """Events that are recorded and not yet known to stand in the topic. Blocks.

        Raises:
            Retryable: the database is away.
        """
        with database_errors(), self._database.connect() as connection:
            return int(connection.execute(text(PENDING)).scalar_one())

    async def run(self) -> None:
        backoff = Backoff()
        while True:
            try:
                async with session_thread(self._url, self.name) as thread:
                    await self._win(thread)
                    await self._lead(thread, backoff)
            except Retryable as away:
                log.warning("relay_waits", relay=self.name, reason=str(away))
                await backoff.wait()

    async def _win(self, thread: SessionThread) -> None:
        while True:
            if await thread.ask(Session.elected):
                log.info("relay_leads", relay=self.name)
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _lead(self, thread: SessionThread, backoff: Backoff) -> None:
        async with (
            self._bus.publisher(self._topic) as publisher,
            self._bus.reader(self._topic) as reader,
        ):
            leader = Leader(thread, self._bus, self._topic, publisher, reader)
            await leader.look_back(await thread.ask(Session.cursor))
            backoff.reset()
            while True:
                waiting = await thread.ask(Session.waiting)
                if waiting.records:
                    await leader.send(waiting)
                elif not await thread.woken(POLL_SECONDS):
                    await leader.look_back(waiting.cursor)


@dataclass(frozen=True, slots=True)
class Leader:
    """What the elected relay does."""

    thread: SessionThread
    bus: Bus
    topic: str
    publisher: Publisher
    reader: Reader

    async def send(self, waiting: Waiting) -> None:
        landed = await self.thread.held(self.publisher.publish(waiting.records))
        if landed.begin < waiting.cursor.end:
            await self._rewind(waiting.cursor)
        else:
            there = Cursor(waiting.records[-1].position, landed.end)
            await self.thread.ask(Session.move, waiting.cursor, there)

    async def look_back(self, cursor: Cursor) -> None:
        """Does the topic still hold what it held when the cursor was moved?"""
        begin, end = await self.reader.extent()
        if end < cursor.end or (begin == end and cursor.position > 0):
            await self._rewind(cursor)

    async def _rewind(self, cursor: Cursor) -> None:
        last, end = await self.thread.held(last_in_line(self.bus, self.topic))
        ours = last is not None and await self.thread.ask(Session.holds, last)
        there = Cursor(last.position if last and ours else 0, end)
        log.warning(
            "relay_rewinds", topic=self.topic, sent=cursor.position, resumes_after=there.position
        )
        await self.thread.ask(Session.move, cursor, there)


async def last_in_line(bus: Bus, topic: str) -> tuple[Record | None, int]:
    """The last of the records 1, 2, 3 … that the topic holds in this order, and the topic's end.

    The last record alone would not do: after a loss, later events may stand before earlier ones.
    """
    last: Record | None = None
    async with bus.reader(topic) as reader:
        begin, end = await reader.extent()
        reader.seek(begin)
        while reader.next_offset() < end:
            for record in await reader.fetch():
                if record.position == (last.position if last else 0) + 1:
                    last = record
    return last, end
