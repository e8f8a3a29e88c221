"""Commands that wait for the writer's thread, and how its answers reach the event loops."""

import asyncio
import os
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from select import POLLIN, poll
from threading import RLock
from time import monotonic
from typing import TypeAlias
from uuid import UUID

from shared.contracts.refused import Refused
from shared.eventstore.calls import Call, Receipt, Run
from shared.eventstore.errors import Retryable

Done: TypeAlias = Receipt | Sequence[Receipt | Refused] | None
Answer: TypeAlias = Done | Exception

MOST_WAITING = 10_000
"""Commands. More are answered Retryable at once: they could not be served in time."""


@dataclass(slots=True, eq=False)
class Waiting:
    """A command or a run. `subjects` are those whose keys it turned out to need;
    `in_doubt`: it was sent to COMMIT and the answer was lost."""

    work: Call | Run
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Done]
    since: float = field(default_factory=monotonic)
    subjects: set[UUID] = field(default_factory=set)
    in_doubt: bool = False

    @property
    def calls(self) -> Sequence[Call]:
        return (self.work,) if isinstance(self.work, Call) else self.work.calls


Answered: TypeAlias = tuple[Waiting, Answer]


class WaitingRoom:
    """Safe for threads: event loops enter, the writer's thread takes."""

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self._lock = RLock()
        self._open = True
        self._asleep = False
        """The writer's thread sleeps, and nobody has rung for it yet."""
        self._bell, self._rope = os.pipe()

    def enter(self, work: Call | Run) -> asyncio.Future[Done]:
        """Called on the event loop that awaits the answer. Raises Retryable: closed, or full."""
        loop = asyncio.get_running_loop()
        waiting = Waiting(work, loop, loop.create_future())
        with self._lock:
            if not self._open or len(self._waiting) >= MOST_WAITING:
                raise Retryable("writer")
            self._waiting.append(waiting)
            self._ring()
        return waiting.future

    def take(self, most: int, beside: int | None = None) -> list[Waiting]:
        """All that wait at this moment, up to `most`; sleeps while none does. Empty: closed, or
        there is something to read from the descriptor `beside`."""
        with self._lock:
            self._asleep = nobody = self._open and not self._waiting
        if nobody:
            self._sleep(beside)
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    def _sleep(self, beside: int | None) -> None:
        awake = poll()
        awake.register(self._bell, POLLIN)
        if beside is not None:
            awake.register(beside, POLLIN)
        awake.poll()
        with self._lock:
            if not self._asleep:
                os.read(self._bell, 1)
            self._asleep = False

    def _ring(self) -> None:
        if self._asleep:
            self._asleep = False
            os.write(self._rope, b"!")

    def leave(self) -> None:
        """Of the writer's thread, which takes nothing any more from a closed room."""
        os.close(self._bell)
        os.close(self._rope)

    def put_back(self, first: Sequence[Waiting]) -> None:
        """They come before all others, in their order."""
        with self._lock:
            self._waiting.extendleft(reversed(first))

    def close(self) -> None:
        """Nobody enters any more; those who wait are still served."""
        with self._lock:
            self._open = False
            self._ring()


def answer(answered: Iterable[Answered]) -> None:
    """Wakes each event loop once, however many of its commands are answered."""
    by_loop = defaultdict[asyncio.AbstractEventLoop, list[Answered]](list)
    for waiting, result in answered:
        by_loop[waiting.loop].append((waiting, result))
    for loop, settled in by_loop.items():
        with suppress(RuntimeError):  # the loop has closed: nobody waits there any more
            loop.call_soon_threadsafe(_settle, settled)


def _settle(answered: Sequence[Answered]) -> None:
    for waiting, result in answered:
        if waiting.future.done():
            continue
        if isinstance(result, Exception):
            waiting.future.set_exception(result)
        else:
            waiting.future.set_result(result)
