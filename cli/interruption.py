"""Ctrl-C, SIGTERM and a closed terminal end a command alike, and nothing cuts its ending off."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

T = TypeVar("T")

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruption:
    """The first signal interrupts; from then on, or once it ends by itself, no other is heard."""

    def __init__(self) -> None:
        self._ending = False
        self._stop: Callable[[], object] | None = None

    @property
    def heard(self) -> bool:
        """A signal came. It may show as another exception: who closes a terminal breaks the prints
        of those that clean up, too."""
        return self._ending

    def begin_ending(self) -> None:
        self._ending = True

    def hear(self, _number: int, _frame: FrameType | None) -> None:
        if self._ending:
            return
        self._ending = True
        if self._stop is None:
            raise KeyboardInterrupt
        self._stop()

    def run(self, work: Coroutine[object, object, T]) -> T:
        """`asyncio.run`, whose work is cancelled by the signal.

        Raises:
            KeyboardInterrupt: a signal came; the work has ended.
        """
        try:
            return asyncio.run(self._cancellable(work))
        finally:
            # Also where it came too late to cancel anything.
            if self._ending:
                raise KeyboardInterrupt

    async def _cancellable(self, work: Coroutine[object, object, T]) -> T:
        loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
        # From within a signal, the loop has to be woken.
        self._stop = lambda: loop.call_soon_threadsafe(task.cancel)
        try:
            return await task
        finally:
            self._stop = None


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """A signal interrupts what is done here, once; then the program ends, and hears no other."""
    interruption = Interruption()
    # What is ignored, as by `nohup`, stays ignored.
    taken = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, interruption.hear) for number in taken}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            if interruption.heard:
                signal.signal(number, signal.SIG_IGN)
            elif signal.getsignal(number) == interruption.hear:
                signal.signal(number, handler)
