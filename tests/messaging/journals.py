"""Effects that write down what they were given, in memory and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine, text

from shared.contracts.notifications import NotificationKind, ReminderDue
from shared.eventstore import parking
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.calls import Call
from shared.eventstore.recorded import Recorded
from shared.eventstore.writer import Writer
from shared.messaging.effects import Project, React
from shared.messaging.memory_inbox import MemoryEffect
from shared.messaging.reactions import reaction_call
from tests.messaging.contract import NAME
from tests.messaging.lines import NOON, ORGANISATION


class Stumble(ValueError):
    pass


@dataclass
class MemoryJournal:
    topic: str
    poison: set[int] = field(default_factory=set)
    _taken: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._effect = MemoryEffect(self._take)
        self._inbox = self._effect.inbox(NAME, self.topic)

    def taken(self) -> list[int]:
        return list(self._taken)

    def parked(self) -> list[int]:
        return sorted(self._inbox.parked)

    def ask_retry(self, case: int) -> None:
        self._inbox.ask_retry(stream_of(case))

    def skip(self, position: int) -> None:
        self._inbox.skip(self._inbox.parked[position])

    def effect(self) -> MemoryEffect:
        return self._effect

    def _take(self, events: Sequence[Recorded]) -> None:
        positions = [event.envelope.position for event in events]
        if self.poison.intersection(positions):
            raise Stumble
        self._taken += positions


@dataclass
class PostgresJournal:
    """What is parked stands in PostgreSQL; what took effect, the subclasses know."""

    database: Engine
    topic: str
    poison: set[int] = field(default_factory=set)

    def parked(self) -> list[int]:
        with self.database.connect() as connection:
            return [listed.event.position for listed in parking.listed(connection)]

    def ask_retry(self, case: int) -> None:
        with self.database.begin() as connection:
            parking.ask_retry(connection, NAME, self.topic, stream_of(case))

    def skip(self, position: int) -> None:
        with self.database.begin() as connection:
            events = [listed.event for listed in parking.listed(connection)]
            (event,) = [event for event in events if event.position == position]
            parking.skip(connection, event, "tested")


class ProjectingJournal(PostgresJournal):
    """Needs the table of `TAKEN`; stumbles over what the database refuses."""

    def taken(self) -> list[int]:
        with self.database.connect() as connection:
            return list(
                connection.execute(text("SELECT position FROM taken ORDER BY nth")).scalars()
            )

    def effect(self) -> Project:
        return Project(self.database, self._project)

    def _project(self, connection: Connection, events: Sequence[Recorded]) -> None:
        for event in events:
            position = event.envelope.position
            connection.execute(text("INSERT INTO taken (position) VALUES (:p)"), {"p": position})
            if position in self.poison:
                connection.execute(text("SELECT 1 / 0"))


TAKEN = """
    CREATE TABLE taken (nth bigint GENERATED ALWAYS AS IDENTITY, position bigint NOT NULL);
    GRANT SELECT, INSERT ON taken TO ledger_writer;
"""


@dataclass
class ReactingJournal(PostgresJournal):
    """Each event becomes a reminder about its position."""

    writers: list[Writer] = field(default_factory=list)

    def taken(self) -> list[int]:
        statement = text("SELECT stream FROM events ORDER BY position")
        with self.database.connect() as connection:
            streams = connection.execute(statement).scalars()
            return [UUID(stream.partition("-")[2]).int for stream in streams]

    def effect(self) -> React:
        url = self.database.url.render_as_string(hide_password=False)
        writer = Writer(url, "notifications", [REMINDERS], None, lambda: NOON)
        writer.start()
        self.writers.append(writer)
        return React(writer, self._react)

    def stop(self) -> None:
        for writer in self.writers:
            writer.stop()

    def _react(self, event: Recorded) -> Sequence[Call]:
        position = event.envelope.position
        if position in self.poison:
            raise Stumble
        about = UUID(int=position)
        return [reaction_call(NAME, event, f"reminder-{about}", about)]


def remind(about: UUID, reminded: bool, now: datetime) -> Sequence[ReminderDue]:
    return [ReminderDue(about, ORGANISATION, NotificationKind.ARRIVAL_AWAITED, about, now)]


REMINDERS = Aggregate("reminder", False, remind, lambda reminded, event: True)


def stream_of(case: int) -> str:
    return f"case-{UUID(int=case)}"
