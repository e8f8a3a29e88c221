"""Keeps a service's read models up with its own events, as a worker."""

import asyncio
from collections.abc import Sequence
from time import monotonic

import structlog
from sqlalchemy import Connection, func, select

from shared.eventstore.connections import engine
from shared.eventstore.errors import Retryable
from shared.eventstore.listening import POLL_SECONDS, news_of_events
from shared.eventstore.parking import parked_count
from shared.eventstore.progress import Progress
from shared.eventstore.projecting import Page, Step, advance, register, retry
from shared.eventstore.projection import Projection
from shared.eventstore.store import connected, last_position
from shared.eventstore.tables import PROJECTIONS

log = structlog.get_logger()


class Projector:
    """Any number of instances may run: each run of events takes effect in one of them.

    The events of a stream are projected in their order; one that fails is parked with all later
    ones of its stream, and too many parked streams end the worker with TooManyParked.
    """

    def __init__(self, database_url: str, service: str, projections: Sequence[Projection]) -> None:
        self.name = f"{service}.projector"
        self._url = database_url
        self._service = service
        self._projections = tuple(projections)
        self._engine = engine(database_url, pool_size=2)
        self._names = [projection.name for projection in projections]
        self._progress = Progress()
        self._next_retry = 0.0

    async def run(self) -> None:
        """Works until cancelled. Raises TooManyParked."""
        while True:
            try:
                await self._follow()
            except Retryable as away:
                log.warning("projector_waits", projector=self.name, reason=str(away))
                await asyncio.sleep(POLL_SECONDS)

    def close(self) -> None:
        """Gives its connections back, when it runs no more."""
        self._engine.dispose()

    async def wait_for(self, position: int, seconds: float) -> bool:
        """Waits until every projection has taken the event at `position`; False: not in time."""
        return await self._progress.wait_for(position, seconds)

    async def catch_up(self, seconds: float) -> bool:
        """Waits until every projection has taken all that is recorded by now; False: not in time.

        Raises:
            Retryable: the database is away.
        """
        try:
            async with asyncio.timeout(seconds):
                head = await asyncio.to_thread(self._head)
                return await self.wait_for(head, seconds)
        except TimeoutError:
            return False

    def pending(self) -> int:
        """Events that the slowest projection has yet to take, and those that are parked. Blocks.

        Raises:
            Retryable: the database is away.
        """
        with connected(self._engine) as connection:
            behind = last_position(connection) - self._slowest(connection)
            return behind + parked_count(connection, self._names, self._service)

    async def _follow(self) -> None:
        async with news_of_events(self._url, self.name) as news:
            await asyncio.to_thread(self._register)
            while True:
                steps = await asyncio.to_thread(self._steps)
                await self._progress.reach(min((step.position for step in steps), default=0))
                if any(step.lost for step in steps):
                    await self._progress.stand_by(self._look)
                elif not any(step.more for step in steps):
                    await news.wait()

    async def _look(self) -> None:
        await self._progress.reach(await asyncio.to_thread(self._standing))

    def _standing(self) -> int:
        with connected(self._engine) as connection:
            return self._slowest(connection)

    def _slowest(self, connection: Connection) -> int:
        slowest = select(func.coalesce(func.min(PROJECTIONS.c.position), 0))
        named = slowest.where(PROJECTIONS.c.name.in_(self._names))
        position: int = connection.execute(named).scalar_one()
        return position

    def _head(self) -> int:
        with connected(self._engine) as connection:
            return last_position(connection)

    def _register(self) -> None:
        with connected(self._engine) as connection:
            for projection in self._projections:
                register(connection, projection)

    def _steps(self) -> list[Step]:
        """Takes each projection one step, each in a transaction of its own."""
        steps, page = [], Page()
        for projection in self._projections:
            with connected(self._engine) as connection:
                steps.append(advance(connection, self._service, projection, page))
        if monotonic() >= self._next_retry:
            self._next_retry = monotonic() + POLL_SECONDS
            self._retry()
        return steps

    def _retry(self) -> None:
        for projection in self._projections:
            with connected(self._engine) as connection:
                retry(connection, self._service, projection)
