"""`Read-After`: a reader who has just written waits until the read model has seen it."""

import asyncio
import re
from collections.abc import Awaitable, Iterable
from time import monotonic
from typing import Annotated

from fastapi import Depends, Header, Request

from shared.runtime.health import Parts
from shared.runtime.identity import Viewer
from shared.runtime.problems import Fault, InvalidHeader, ReadModelBehind
from shared.runtime.workers import Follower

HEADER = "Read-After"
LONGEST_WAIT = 1.0
"""Seconds."""

_ONE = r"(?:[a-z]{1,32}=)?[0-9]{1,18}"
PATTERN = rf"^{_ONE}(?:, ?{_ONE}){{0,9}}$"


async def read_after(
    request: Request,
    _: Viewer,
    wanted: Annotated[
        str | None,
        Header(
            alias=HEADER,
            pattern=PATTERN,
            description="Wait up to a second until this is visible here: a `position` that this "
            "service answered, or `cases=17` for another's and what it caused here; several are "
            "separated by commas.",
        ),
    ] = None,
) -> None:
    """Dependency of queries, and of commands that lean on another service's fact.

    Raises:
        ReadModelBehind: 503, it has not arrived in time.
        InvalidHeader: a service that is not followed here.
    """
    if wanted is None:
        return
    parts: Parts = request.app.state.parts
    service: str = request.app.state.service
    positions = [
        (topic or service, int(position))
        for topic, position in re.findall(r"(?:([a-z]+)=)?([0-9]+)", wanted)
    ]
    ends = monotonic() + LONGEST_WAIT
    followers = _followers(parts, service, positions)
    await _all(follower.wait_for(position, LONGEST_WAIT) for follower, position in followers)
    if any(topic != service for topic, _ in positions):
        # What was done here about another's event is an event of our own: it must be projected.
        await _all(own.catch_up(ends - monotonic()) for own in parts.projections)


ReadAfter = Depends(read_after)
"""For a route's `dependencies`."""


async def _all(waits: Iterable[Awaitable[bool]]) -> None:
    if not all(await asyncio.gather(*waits)):
        raise ReadModelBehind


def _followers(
    parts: Parts, service: str, positions: list[tuple[str, int]]
) -> list[tuple[Follower, int]]:
    """Whoever must have seen each position: every consumer of a topic, every own projection."""
    found: list[tuple[Follower, int]] = []
    for topic, position in positions:
        followers = [c for c in parts.consumers if c.topic == topic]
        if not followers and topic != service:
            raise InvalidHeader((Fault(HEADER, f"names a service that {service} does not follow"),))
        found += [(f, position) for f in (parts.projections if topic == service else followers)]
    return found
