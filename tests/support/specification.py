"""given(events).when(command).then(events): a decision's specification in one line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from typing import Generic, TypeVar

import pytest

from shared.contracts.refused import Refused

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Specification(Generic[C, S, E]):
    """The pure half of an aggregate: where its history starts, and its two functions."""

    new: S
    decide: Callable[[C, S, datetime], Sequence[E]]
    evolve: Callable[[S, E], S]

    def given(self, *history: E) -> Given[C, S, E]:
        return Given(self, history)


@dataclass(frozen=True)
class Given(Generic[C, S, E]):
    of: Specification[C, S, E]
    history: Sequence[E]

    def when(self, command: C, now: datetime = NOON) -> When[C, S, E]:
        state = reduce(self.of.evolve, self.history, self.of.new)
        return When(lambda: self.of.decide(command, state, now))


@dataclass(frozen=True)
class When(Generic[C, S, E]):
    decision: Callable[[], Sequence[E]]

    def then(self, *expected: E) -> None:
        assert list(self.decision()) == list(expected)

    def refused(self, refusal: type[Refused]) -> None:
        with pytest.raises(refusal):
            self.decision()
