"""What the relay and the consumers ask of a broker. One topic has one partition: one order."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol

from shared.eventstore.errors import Retryable
from shared.messaging.records import Record


class Extent(NamedTuple):
    """Offsets: of the first record that the topic holds, and of the next one that comes."""

    begin: int
    end: int


class BrokerAway(Retryable):
    """The broker does not answer, or does not take or give what it should."""


class Publisher(Protocol):
    """Every method raises BrokerAway when the broker is away; the publisher is then of no use."""

    async def publish(self, records: Sequence[Record]) -> Extent:
        """Appends the records in order; returns where they stand once the broker holds them all.

        After a failure some of them may stand there, or will in a moment.
        """


class Reader(Protocol):
    """Every method but `seek` raises BrokerAway when the broker is away."""

    async def extent(self) -> Extent: ...

    def seek(self, offset: int) -> None:
        """What is fetched next begins at `offset`; to be called before the first `fetch`."""

    def next_offset(self) -> int:
        """The offset after the last record that was fetched."""

    async def fetch(self) -> list[Record]:
        """The next records, in the topic's order; none when none came for half a second.

        Raises:
            OffsetGone: the topic was cut or made anew, and does not hold that offset.
        """


class OffsetGone(Exception):
    """The topic does not hold what was asked for: seek again."""


class Bus(Protocol):
    def publisher(self, topic: str) -> AbstractAsyncContextManager[Publisher]: ...

    def reader(self, topic: str) -> AbstractAsyncContextManager[Reader]: ...

    async def empty(self, topic: str) -> None:
        """Deletes every record that the topic holds now."""
