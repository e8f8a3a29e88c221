"""Folded streams that the writer keeps between batches, as of one position of the history."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

from shared.eventstore.aggregate import Aggregates, kind_of
from shared.eventstore.errors import Unprocessable, reason_of
from shared.eventstore.present import Folded
from shared.eventstore.recorded import read

CAPACITY = 20_000
"""Streams. Those that were not used for longest go first."""

StreamBody: TypeAlias = tuple[str, bytes]


class States:
    """Valid as of position `seen`; None: nothing is held."""

    def __init__(self, aggregates: Aggregates, capacity: int = CAPACITY) -> None:
        self._aggregates = aggregates
        self._capacity = capacity
        self._held: OrderedDict[str, Folded] = OrderedDict()
        self.seen: int | None = None

    def held(self, streams: Collection[str]) -> dict[str, Folded]:
        return {stream: self._held[stream] for stream in streams if stream in self._held}

    def forget(self) -> None:
        self._held.clear()
        self.seen = None

    def follow(self, later: Iterable[StreamBody], position: int) -> None:
        """Folds in what others wrote after `seen`, up to `position`."""
        for stream, body in later:
            folded = self._held.get(stream)
            if folded is None:
                continue
            try:
                self._held[stream] = fold_one(self._aggregates, stream, folded, body)
            except Unprocessable:
                del self._held[stream]  # whoever needs it loads it, and is told
        self.seen = position

    def keep(self, streams: Mapping[str, Folded], position: int) -> None:
        """`streams` as of `position`, where our own batch ended."""
        self.seen = position
        for stream, folded in streams.items():
            self._held[stream] = folded
            self._held.move_to_end(stream)
        while len(self._held) > self._capacity:
            self._held.popitem(last=False)


def fold_all(
    aggregates: Aggregates, history: Iterable[StreamBody]
) -> dict[str, Folded | Unprocessable]:
    """The streams of `history`; one with an event that cannot be read is its reason instead."""
    streams: dict[str, Folded | Unprocessable] = {}
    for stream, body in history:
        folded = streams.get(stream)
        if not isinstance(folded, Unprocessable):
            try:
                streams[stream] = fold_one(aggregates, stream, folded, body)
            except Unprocessable as reason:
                streams[stream] = reason
    return streams


def fold_one(aggregates: Aggregates, stream: str, folded: Folded | None, body: bytes) -> Folded:
    """Raises Unprocessable: the event cannot be read or folded."""
    aggregate = aggregates.get(kind_of(stream))
    if aggregate is None:
        raise Unprocessable("no aggregate for this kind of stream")
    recorded = read(body)
    if folded is None:
        folded = Folded(aggregate.new, subject=recorded.envelope.subject)
    try:
        state = aggregate.evolve(folded.state, recorded.event)
    except Exception as error:
        raise Unprocessable(reason_of(error)) from None
    return Folded(state, recorded.envelope.version, folded.subject)
