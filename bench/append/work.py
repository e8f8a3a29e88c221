"""The same commands for all: zipf-chosen streams, and one command in twenty that must be refused.

Every stream belongs to one client, who therefore knows its version: what is refused is refused
because the client says so on purpose, never because two of them meet.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import NamedTuple
from uuid import UUID

from bench.latency import latencies
from bench.results import Sample
from bench.rounds import Void

STREAMS = 8192
"""Divided among the clients."""
LENGTH = 2048
"""Commands of a client, then the same streams again."""
WRONG = 0.05
"""The share of commands that expect a version that was."""
WARM_UP, LASTS = 0.3, 2.5
"""Seconds: of each sample before it counts, and of it that count."""
PAYLOAD = 300
"""Bytes of an event's data."""

TEXT = "x" * (PAYLOAD - len('{"note":""}'))
DATA = f'{{"note":"{TEXT}"}}'
"""A peer's event: JSON, as most applications have it."""


class Choice(NamedTuple):
    stream: int
    wrong: bool


class Command(NamedTuple):
    """`version`: events that the stream holds; `expected`: how many the client says it holds."""

    stream: int
    version: int
    expected: int

    @property
    def wrong(self) -> bool:
        return self.expected != self.version


class Answer(NamedTuple):
    """Seconds on the clock `time.perf_counter`."""

    asked: float
    told: float
    stored: bool


Append = Callable[[Command], bool]
"""True: stored durably; False: refused."""


def choices(client: int, clients: int) -> Sequence[Choice]:
    own = range(STREAMS * client // clients, STREAMS * (client + 1) // clients)
    random = Random(client)
    weights = [1 / rank for rank in range(1, len(own) + 1)]
    chosen = random.choices(own, weights, k=LENGTH)
    return [Choice(stream, random.random() < WRONG) for stream in chosen]


def commands(client: int, clients: int) -> Iterator[Command]:
    """Endless; each must be answered as it asks for before the next one is taken."""
    versions = Counter[int]()
    for stream, wrong in cycle(choices(client, clients)):
        version = versions[stream]
        if wrong and version > 0:
            yield Command(stream, version, version - 1)
        else:
            yield Command(stream, version, version)
            versions[stream] += 1


def stream_id(stream: int) -> UUID:
    return UUID(int=0x018F << 112 | 0x7 << 76 | 0x8 << 60 | stream + 1)


@dataclass
class Outcome:
    """Of one sample. `began` and `ended` bound what counts."""

    began: float = 0.0
    ended: float = 0.0
    cpu: float = 0.0
    answers: list[Answer] = field(default_factory=list)

    @property
    def stored(self) -> int:
        """Warming up included: so many events must be found afterwards."""
        return sum(answer.stored for answer in self.answers)

    def sample(self) -> Sample:
        """Rate of what was stored; latency of whatever was answered."""
        counted = [one for one in self.answers if self.began <= one.told < self.ended]
        stored = sum(one.stored for one in counted)
        if not stored:
            raise Void("nothing was stored")
        return {
            "events_per_s": stored / (self.ended - self.began),
            **latencies([1000 * (one.told - one.asked) for one in counted]),
            "cpu_ms_per_event": 1000 * self.cpu / stored,
        }


def answered(command: Command, asked: float, *, stored: bool) -> Answer:
    """Raises Void: it should have been refused, or should not."""
    if stored == command.wrong:
        raise Void("a wrong version was accepted" if stored else "a right version was refused")
    return Answer(asked, time.perf_counter(), stored)


def must_hold(found: object, wanted: object, what: str) -> None:
    """Raises Void."""
    if found != wanted:
        raise Void(f"{what}: {found} instead of {wanted}")
