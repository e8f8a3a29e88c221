"""What the writer needs to know of a kind of stream: where it starts, and its two functions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Aggregate(Generic[C, S, E]):
    """`kind` begins its streams' names: "case" for "case-<uuid>".

    `decide` is pure and raises Refused. `evolve` sees personal fields sealed.
    """

    kind: str
    new: S
    decide: Callable[[C, S, datetime], Sequence[E]]
    evolve: Callable[[S, E], S]


AnyAggregate: TypeAlias = Aggregate[Any, Any, Any]
Aggregates: TypeAlias = Mapping[str, AnyAggregate]


def by_kind(aggregates: Sequence[AnyAggregate]) -> Aggregates:
    return {aggregate.kind: aggregate for aggregate in aggregates}


def kind_of(stream: str) -> str:
    return stream.partition("-")[0]
