"""The same work for all: the effect, and how it is known that it is done."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import BigInteger, Column, Connection, Engine, MetaData, Table, Uuid, insert

from bench.cpu import family_seconds
from bench.results import Sample
from bench.rounds import Void
from shared.contracts.cases import ServiceRecorded
from shared.eventstore.recorded import Recorded

PATIENCE = 60.0
"""Seconds from the start of a contestant until all has taken effect."""

BATCH = 500
"""Events in one transaction, as our consumer has it."""

SERVICES_GIVEN = Table(
    "services_given",
    MetaData(),
    # No key: what takes effect twice stands there twice.
    Column("position", BigInteger),
    Column("case_id", Uuid),
    Column("entry_id", Uuid),
    Column("organisation", Uuid),
)


@dataclass
class Tally:
    """Counts what took effect; safe for threads. The clock runs from the first effect on, so that
    joining a consumer group and starting up count for nobody."""

    wanted: int
    over: threading.Event = field(default_factory=threading.Event)
    began: float = 0.0
    ended: float = 0.0
    cpu: float = 0.0
    count: int = 0

    def begin(self) -> None:
        if not self.began:
            self.cpu = family_seconds()
            self.began = time.perf_counter()

    def committed(self, count: int) -> None:
        self.count += count
        if self.count >= self.wanted and not self.over.is_set():
            self.ended = time.perf_counter()
            self.cpu = family_seconds() - self.cpu
            self.over.set()

    def project(self, connection: Connection, events: Sequence[Recorded]) -> None:
        """The effect: one row for each event."""
        self.begin()
        rows = [row(event) for event in events]
        connection.execute(insert(SERVICES_GIVEN), rows)

    def take(self, database: Engine, events: Sequence[Recorded]) -> None:
        """The effect in a transaction of its own, for those who bring none. Blocks."""
        with database.begin() as connection:
            self.project(connection, events)
        self.committed(len(events))

    def sample(self) -> Sample:
        return {
            "events_per_s": self.count / (self.ended - self.began),
            "cpu_ms_per_event": 1000 * self.cpu / self.count,
        }

    async def wait(self, *running: Coroutine[object, object, object]) -> None:
        """Until all is done, while `running` run; then they are cancelled.

        Raises:
            Void: they ended, or took too long.
        """
        working = asyncio.gather(*running)
        working.add_done_callback(lambda _: self.over.set())
        await asyncio.to_thread(self.over.wait, PATIENCE)
        complete = self.count >= self.wanted
        self.over.set()
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        if not complete:
            raise Void(f"{self.count} of {self.wanted} events took effect")


def row(recorded: Recorded) -> dict[str, object]:
    event = recorded.event
    assert isinstance(event, ServiceRecorded), "the topic holds nothing else"
    return {
        "position": recorded.envelope.position,
        "case_id": event.case_id,
        "entry_id": event.entry_id,
        "organisation": event.organisation,
    }


@dataclass(frozen=True)
class Contest:
    """Where the events are and where they go: a fresh database for each round."""

    bootstrap: str
    topic: str
    group: str
    """A consumer group that nobody was in before."""
    database_url: str
    database: Engine
