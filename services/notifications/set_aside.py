"""Events that the timers could not read: set aside until an operator has them tried again, or
skips them. Blocking, but for `streams`."""

from collections.abc import Sequence

from sqlalchemy import Engine

from shared.eventstore import parking
from shared.eventstore.parking import Parked
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
        self.streams: set[str] = set()
        """Whose next events must be set aside too."""

    def begin_anew(self) -> None:
        """Every event comes again, and is set aside again if it still must be."""
        self.streams.clear()
        with connected(self._database) as connection:
            for topic in self._topics:
                parking.forget_parked(connection, self._consumer, topic)
                skipped = parking.skipped_positions(connection, self._consumer, topic)
                self._skipped[topic] = skipped

    def was_skipped(self, topic: str, record: Record) -> bool:
        return record.position in self._skipped[topic]

    def put(self, topic: str, record: Record, reason: str) -> None:
        """Raises TooManyParked."""
        event = Parked(self._consumer, topic, record.position, record.stream, record.body, reason)
        with connected(self._database) as connection:
            parking.park(connection, [event])
        self.streams.add(record.stream)

    def retry_asked(self) -> bool:
        with connected(self._database) as connection:
            parked = parking.listed(connection)
        return any(one.retry_asked for one in parked if one.event.consumer == self._consumer)

    def count(self) -> int:
        with connected(self._database) as connection:
            counts = (
                parking.parked_count(connection, [self._consumer], topic) for topic in self._topics
            )
            return sum(counts)
