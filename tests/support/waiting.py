"""Waiting for something to become so, with a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Raises TimeoutError: it did not become so in time."""
    deadline = monotonic() + seconds
    while not condition():
        if monotonic() > deadline:
            raise TimeoutError
        await asyncio.sleep(0.01)
