"""How long to wait after failures in a row, so that what is away is not hammered."""

import asyncio

FIRST_SECONDS = 0.1
MOST_SECONDS = 5.0


class Backoff:
    def __init__(self) -> None:
        self._seconds = FIRST_SECONDS

    async def wait(self) -> None:
        """Doubles each time, up to five seconds."""
        await asyncio.sleep(self._seconds)
        self._seconds = min(2 * self._seconds, MOST_SECONDS)

    def reset(self) -> None:
        """After a success."""
        self._seconds = FIRST_SECONDS
