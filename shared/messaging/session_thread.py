"""Keeps the relay's blocking session in a thread of its own, so that the event loop never waits."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

import psycopg2

from shared.eventstore.errors import Retryable
from shared.messaging.session import Session

P = ParamSpec("P")
T = TypeVar("T")

BEAT_SECONDS = 1.0


@asynccontextmanager
async def session_thread(url: str, name: str) -> AsyncIterator["SessionThread"]:
    with_thread = ThreadPoolExecutor(1, thread_name_prefix=name)
    try:
        session = await in_thread(with_thread, partial(Session, url, name))
        try:
            yield SessionThread(with_thread, session)
        finally:
            with_thread.submit(session.close)
    finally:
        with_thread.shutdown(wait=False)


async def in_thread(thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    try:
        return await asyncio.get_running_loop().run_in_executor(thread, work)
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        raise Retryable(f"database: {type(error).__name__}") from None


class SessionThread:
    def __init__(self, thread: ThreadPoolExecutor, session: Session) -> None:
        self._thread = thread
        self._session = session

    async def ask(
        self, question: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What the session answers. Raises Retryable when it is lost."""
        return await in_thread(self._thread, partial(question, self._session, *args, **kwargs))

    async def held(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`; the session is kept alive however long that takes, and `work` is
        given up when the session is lost."""
        task = asyncio.create_task(work)
        try:
            while not (await asyncio.wait({task}, timeout=BEAT_SECONDS))[0]:
                await self.ask(Session.beat)
            return task.result()
        finally:
            task.cancel()

    async def woken(self, seconds: float) -> bool:
        """Waits for news of events; False when the time is up."""
        connection = self._session.connection
        if connection.notifies:
            return True
        loop, news = asyncio.get_running_loop(), asyncio.Event()
        descriptor = connection.fileno()
        loop.add_reader(descriptor, news.set)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await news.wait()
        finally:
            loop.remove_reader(descriptor)
        return news.is_set()
