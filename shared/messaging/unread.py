"""How much of its topic a reader has yet to fetch, as another thread may ask."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import CancelledError
from contextlib import asynccontextmanager

from shared.messaging.topics import BrokerAway, Reader

PATIENCE = 0.5
"""Seconds."""


class Unread:
    """Belongs to the event loop on which it is made, and is asked from other threads."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._loop = asyncio.get_running_loop()
        self._asking: set[asyncio.Task[int]] = set()
        self._open = True

    def count(self) -> int:
        """Records. Blocks; raises BrokerAway when the broker is away."""
        asked = asyncio.run_coroutine_threadsafe(self._answer(), self._loop)
        try:
            return asked.result(PATIENCE)
        except (TimeoutError, CancelledError):
            asked.cancel()
            raise BrokerAway("broker") from None

    async def close(self) -> None:
        """A question that outlived its reader would connect again and never be closed."""
        self._open = False
        for asking in self._asking:
            asking.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)

    async def _answer(self) -> int:
        if not self._open:
            raise BrokerAway("broker")
        asking = asyncio.create_task(self._unread())
        self._asking.add(asking)
        try:
            return await asking
        finally:
            self._asking.discard(asking)

    async def _unread(self) -> int:
        end = (await self._reader.extent()).end
        return max(0, end - self._reader.next_offset())


@asynccontextmanager
async def unread_of(reader: Reader) -> AsyncIterator[Unread]:
    unread = Unread(reader)
    try:
        yield unread
    finally:
        await unread.close()
