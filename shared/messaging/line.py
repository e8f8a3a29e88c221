"""Brings records into their one order: each position once, none left out. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from shared.messaging.records import Record

E = TypeVar("E")


class InLine(NamedTuple):
    """The records that come next, and the highest position beyond a hole; 0: no hole."""

    next: list[Record]
    ahead: int


def in_line(records: Iterable[Record], position: int) -> InLine:
    """What follows on `position`. Repeats are dropped; so is what follows a hole, for its time has
    not come."""
    following: list[Record] = []
    ahead = 0
    for record in records:
        if record.position == position + 1:
            following.append(record)
            position += 1
        elif record.position > position:
            ahead = max(ahead, record.position)
    return InLine(following, ahead if ahead > position else 0)


@dataclass(frozen=True, slots=True)
class Unfit:
    """The event must be parked. `behind`: only because one before it in its stream is."""

    reason: str
    behind: bool = False


Judgement: TypeAlias = E | Unfit | None
"""An event for the effect; one that must be parked; or one that the consumer never asked for."""


@dataclass(slots=True)
class Stretch(Generic[E]):
    """Records in line that are taken in one transaction; with `unfit` one record, to be parked."""

    records: list[Record] = field(default_factory=list)
    wanted: list[Record] = field(default_factory=list)
    """Those of the records whose events are in `events`, one for one."""
    events: list[E] = field(default_factory=list)
    unfit: Unfit | None = None
    passed: int = 0
    """Events right before it that nobody asked for, and that are claimed with it."""

    @property
    def first(self) -> int:
        return self.records[0].position - self.passed

    @property
    def last(self) -> int:
        return self.records[-1].position


def stretches(
    records: Sequence[Record], judge: Callable[[Record], Judgement[E]], most: int
) -> Iterator[Stretch[E]]:
    """Cuts the records so that no stretch has more than `most` events. A record is judged when all
    stretches but the one that it continues or ends have been taken."""
    stretch: Stretch[E] = Stretch()
    for record in records:
        if len(stretch.events) == most:
            yield stretch
            stretch = Stretch()
        judgement = judge(record)
        if isinstance(judgement, Unfit):
            if stretch.records:
                yield stretch
            yield Stretch([record], unfit=judgement)
            stretch = Stretch()
            continue
        stretch.records.append(record)
        if judgement is not None:
            stretch.wanted.append(record)
            stretch.events.append(judgement)
    if stretch.records:
        yield stretch
