"""Waiting for what must come, and workers that run meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from time import monotonic

from shared.eventstore.errors import Retryable
from shared.runtime.workers import Worker

PATIENCE = 60.0


async def eventually(holds: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Polls, in a thread as it may block, until it holds; fails when it does not in time."""
    deadline = monotonic() + patience
    while not await asyncio.to_thread(holds):
        assert monotonic() < deadline, "it did not come to pass"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def running(*workers: Worker) -> AsyncIterator[None]:
    """They run until the block ends; a crash of one fails the test."""
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


def pending(worker: Worker) -> int | None:
    """None: it cannot know yet."""
    try:
        return worker.pending()
    except Retryable:
        return None
