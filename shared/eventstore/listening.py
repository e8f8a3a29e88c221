"""Waits for news of events: woken by NOTIFY, and by the clock since a NOTIFY can be lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import psycopg2
from psycopg2.extensions import connection

from shared.eventstore.connections import connect
from shared.eventstore.errors import Retryable
from shared.eventstore.statements import CHANNEL

POLL_SECONDS = 1.0


class News:
    """For one event loop; its connection never holds a transaction."""

    def __init__(self, listening: connection) -> None:
        self._connection = listening
        self._descriptor: int | None = listening.fileno()
        asyncio.get_running_loop().add_reader(self._descriptor, self.heard)
        self._arrived = asyncio.Event()

    async def wait(self, seconds: float = POLL_SECONDS) -> None:
        """Until the next NOTIFY, or for `seconds`; one that came since the last wait counts.

        Raises:
            Retryable: the database is away.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
        self._arrived.clear()
        if self._descriptor is None:  # nothing will be heard on it again: make another
            raise Retryable("database")

    def heard(self) -> None:
        """The connection has something to read: news, or its end."""
        try:
            self._connection.poll()
        except psycopg2.Error:
            self.hear_no_more()
        self._connection.notifies.clear()
        self._arrived.set()

    def hear_no_more(self) -> None:
        """At once when the connection has ended, and once: its descriptor is soon another's."""
        if self._descriptor is not None:
            asyncio.get_running_loop().remove_reader(self._descriptor)
        self._descriptor = None


@asynccontextmanager
async def news_of_events(url: str, name: str) -> AsyncIterator[News]:
    """Raises Retryable: the database is away."""
    try:
        listening = await asyncio.to_thread(listen, url, name)
    except psycopg2.OperationalError:
        raise Retryable("database") from None
    news = News(listening)
    try:
        yield news
    finally:
        news.hear_no_more()
        listening.close()


def listen(url: str, name: str) -> connection:
    listening = connect(url, name)
    with listening.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    return listening
