"""Events that the timers could not read: set aside until an operator has them tried again, or
skips them. Blocking, but for `streams`."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine

from shared.eventstore import parking
from shared.eventstore.parking import Listed, Parked
from shared.eventstore.store import connected
from shared.messaging.records import Record


class SetAside:
    """The part of the table `parked` that belongs to one reader of whole topics.

    All methods raise Retryable when the database is away.
    """

    def __init__(self, database: Engine, consumer: str, topics: Sequence[str]) -> None:
        self._database = database
        self._consumer = consumer
        self._topics = topics
        self._skipped: dict[str, frozenset[int]] = {}
        self._waiting: frozenset[tuple[str, int]] = frozenset()
        self.streams: set[str] = set()
        """Whose next events must be set aside too."""

    def begin_anew(self) -> None:
        """Every event comes again: those that wait here too, and may be readable now."""
        self.streams.clear()
        with connected(self._database) as connection:
            self._waiting = frozenset(
                (one.event.topic, one.event.position) for one in self._own(connection)
            )
            for topic in self._topics:
                skipped = parking.skipped_positions(connection, self._consumer, topic)
                self._skipped[topic] = skipped

    def was_skipped(self, topic: str, record: Record) -> bool:
        return record.position in self._skipped[topic]

    def put(self, topic: str, record: Record, reason: str) -> None:
        """Raises TooManyParked."""
        event = self._event(topic, record, reason)
        with connected(self._database) as connection:
            parking.park(connection, [event])
            parking.park_again(connection, event, reason)  # where it waited already
        self.streams.add(record.stream)

    def was_read(self, topic: str, record: Record) -> None:
        """If it waited here, it does so no more."""
        if (topic, record.position) in self._waiting:
            with connected(self._database) as connection:
                parking.unpark(connection, self._event(topic, record, ""))

    def wants_anew(self) -> bool:
        """An operator wants something tried again, or what held a stream back waits no more."""
        with connected(self._database) as connection:
            own = self._own(connection)
        return any(one.retry_asked for one in own) or not self.streams <= {
            one.event.stream for one in own
        }

    def count(self) -> int:
        with connected(self._database) as connection:
            counts = (
                parking.parked_count(connection, [self._consumer], topic) for topic in self._topics
            )
            return sum(counts)

    def _own(self, connection: Connection) -> list[Listed]:
        parked = parking.listed(connection)
        return [one for one in parked if one.event.consumer == self._consumer]

    def _event(self, topic: str, record: Record, reason: str) -> Parked:
        return Parked(self._consumer, topic, record.position, record.stream, record.body, reason)
