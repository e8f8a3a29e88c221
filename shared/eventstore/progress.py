"""How far a follower of events has come: who waits for a position, and who stands by."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic

STAND_BY_SECONDS = 0.5
"""An instance that came second takes over when the position has not moved for so long."""

GLANCE_SECONDS, READER_GLANCE_SECONDS = 0.25, 0.02
"""How often it looks meanwhile: alone, and while somebody waits for a position."""


class Progress:
    """For one event loop."""

    def __init__(self) -> None:
        self.position = 0
        self._moved = asyncio.Condition()
        self._readers = 0
        self._reader_waits = asyncio.Event()

    async def reach(self, position: int) -> None:
        """It may also go back, when an operator wants everything again."""
        self.position = position
        async with self._moved:
            self._moved.notify_all()

    async def wait_for(self, position: int, seconds: float) -> bool:
        """Waits until `position` is reached; False: not in time."""
        self._readers += 1
        self._reader_waits.set()
        try:
            async with asyncio.timeout(seconds), self._moved:
                await self._moved.wait_for(lambda: self.position >= position)
        except TimeoutError:
            return False
        finally:
            self._readers -= 1
            if not self._readers:
                self._reader_waits.clear()
        return True

    async def stand_by(self, look: Callable[[], Awaitable[None]]) -> None:
        """Another instance was first, and goes on alone for as long as it moves the position: two
        that race for every event do everything twice. `look` reaches where it stands."""
        still_since = monotonic()
        while monotonic() < still_since + STAND_BY_SECONDS:
            before = self.position
            await self._pause()
            await look()
            if self.position != before:
                still_since = monotonic()

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(GLANCE_SECONDS):
                await self._reader_waits.wait()
                await asyncio.sleep(READER_GLANCE_SECONDS)
