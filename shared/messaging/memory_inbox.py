"""An inbox and an effect in this process's memory, which keep the promises of the real ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from shared.eventstore.errors import Unprocessable, reason_of
from shared.eventstore.parking import MOST_PARKED_STREAMS, Parked, TooManyParked
from shared.eventstore.recorded import Recorded, read
from shared.messaging.inbox import Progress, Standing
from shared.messaging.line import Stretch, Unfit
from shared.messaging.records import Record


@dataclass
class MemoryInbox:
    consumer: str
    topic: str
    position: int = 0
    parked: dict[int, Parked] = field(default_factory=dict)
    """By position."""
    asked: set[str] = field(default_factory=set)
    """The streams whose retry an operator asked for."""

    def standing(self) -> Standing:
        return Standing(self.position, self._streams())

    def progress(self) -> Progress:
        return Progress(self.position, len(self.parked))

    def claim(self, first: int, last: int) -> bool:
        if self.position != first - 1:
            return False
        self.position = last
        return True

    def pass_over(self, first: int, last: int) -> bool:
        return self.claim(first, last)

    def park(self, first: int, last: int, record: Record, unfit: Unfit) -> bool:
        streams = self._streams()
        if unfit.behind and record.stream not in streams:
            return False
        if len(streams | {record.stream}) > MOST_PARKED_STREAMS:
            raise TooManyParked(self.consumer)
        if not self.claim(first, last):
            return False
        self.parked[record.position] = Parked(
            self.consumer, self.topic, record.position, record.stream, record.body, unfit.reason
        )
        return True

    def to_retry(self) -> list[Parked]:
        return [event for _, event in sorted(self.parked.items()) if event.stream in self.asked]

    def park_again(self, event: Parked, reason: str) -> None:
        self.asked.discard(event.stream)
        self.parked[event.position] = replace(event, reason=reason)

    def ask_retry(self, stream: str) -> None:
        self.asked.add(stream)

    def skip(self, event: Parked) -> None:
        del self.parked[event.position]
        self.asked.add(event.stream)

    def _streams(self) -> frozenset[str]:
        return frozenset(event.stream for event in self.parked.values())


class MemoryEffect:
    """`take` is given the events, and may raise as a projection may."""

    most = 500

    def __init__(self, take: Callable[[Sequence[Recorded]], None]) -> None:
        self._take = take
        self.inboxes: dict[tuple[str, str], MemoryInbox] = {}

    def inbox(self, consumer: str, topic: str) -> MemoryInbox:
        return self.inboxes.setdefault((consumer, topic), MemoryInbox(consumer, topic))

    def read(self, body: bytes) -> Recorded:
        return read(body)

    async def apply(self, consumer: str, topic: str, stretch: Stretch[Recorded]) -> bool:
        inbox = self.inbox(consumer, topic)
        if inbox.position != stretch.first - 1:
            return False
        self._attempt(stretch.events)
        return inbox.claim(stretch.first, stretch.last)

    async def again(self, parked: Parked, event: Recorded) -> None:
        self._attempt([event])
        inbox = self.inbox(parked.consumer, parked.topic)
        del inbox.parked[parked.position]
        if parked.stream not in inbox._streams():
            inbox.asked.discard(parked.stream)

    def _attempt(self, events: Sequence[Recorded]) -> None:
        try:
            self._take(events)
        except Exception as bug:
            raise Unprocessable(reason_of(bug)) from None
