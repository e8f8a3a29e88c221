"""Workers for tests: positions that can be moved, and ends that can be forced."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Reader:
    """A projection or a consumer at `position`, of a history that has `head` events."""

    name: str
    topic: str = "cases"
    position: int = 0
    head: int = 0
    broker_away: bool = False
    patience: float | None = None
    """Seconds that were left when it was last asked to catch up."""
    moved: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def run(self) -> None:
        await asyncio.Event().wait()

    def check_broker(self) -> None:
        if self.broker_away:
            raise ConnectionError

    def pending(self) -> int:
        return self.head - self.position

    async def wait_for(self, position: int, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds), self.moved:
                await self.moved.wait_for(lambda: self.position >= position)
        except TimeoutError:
            return False
        return True

    async def catch_up(self, seconds: float) -> bool:
        self.patience = seconds
        return await self.wait_for(self.head, seconds)

    async def move(self, position: int) -> None:
        async with self.moved:
            self.position = position
            self.moved.notify_all()
