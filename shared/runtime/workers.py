"""What a service does beside answering: workers that run until the end, watched."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from time import monotonic
from typing import Protocol

from shared.runtime.logs import failure, log
from shared.runtime.metrics import WORKER_RESTARTS

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 10.0
"""Seconds between a crash and the next start; doubled each time, from the first to the longest."""

GRACE = 5.0
"""Seconds that workers have to end."""


class Worker(Protocol):
    name: str

    async def run(self) -> None:
        """Work until cancelled."""

    def pending(self) -> int:
        """What waits for this worker. May block, and raise while the database is away."""


class Follower(Worker, Protocol):
    """A worker with a position that a reader may wait for."""

    async def wait_for(self, position: int, seconds: float, /) -> bool:
        """Whether the position was reached in time."""


class OwnFollower(Follower, Protocol):
    """It follows the service's own events."""

    async def catch_up(self, seconds: float, /) -> bool:
        """Whether it came in time as far as the service's history goes now."""


class TopicFollower(Follower, Protocol):
    """It follows another service's events, through the broker."""

    topic: str

    def check_broker(self) -> None:
        """Raises when the broker does not answer. Blocks for less than a second."""


async def supervise(worker: Worker) -> None:
    """Run the worker; when it crashes or returns, log that and start it again after a pause."""
    pause = FIRST_PAUSE
    while True:
        began = monotonic()
        try:
            await worker.run()
            log.warning("worker_ended", worker=worker.name)
        except asyncio.CancelledError as stray:
            if cancelled_ourselves():
                raise
            log.error("worker_crashed", worker=worker.name, **failure(stray))
        except Exception as error:
            log.error("worker_crashed", worker=worker.name, **failure(error))
        WORKER_RESTARTS.add(1, {"vcms.worker": worker.name})
        pause = FIRST_PAUSE if monotonic() - began > LONGEST_PAUSE else pause
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def cancelled_ourselves() -> bool:
    """False for the end of somebody else's task that was awaited carelessly: it looks the same."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class Crew:
    """The service's workers while it runs."""

    def __init__(self, workers: Iterable[Worker]) -> None:
        self._tasks = [
            asyncio.create_task(supervise(worker), name=worker.name) for worker in workers
        ]

    async def stop(self) -> None:
        """Cancel all workers; give up on those that do not end in time."""
        for task in self._tasks:
            task.cancel()
        if not self._tasks:
            return
        _, running = await asyncio.wait(self._tasks, timeout=GRACE)
        for task in running:
            log.error("worker_does_not_end", worker=task.get_name())
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                if task.done():
                    task.exception()
