"""The real store as the tests use it: one writer, its reads, and a look behind the scenes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from shared.eventstore.aggregate import AnyAggregate
from shared.eventstore.calls import Call, Receipt
from shared.eventstore.connections import engine
from shared.eventstore.errors import Retryable
from shared.eventstore.recorded import Head
from shared.eventstore.sealer import Sealer
from shared.eventstore.store import EventStore, verify_chain
from shared.eventstore.writer import Writer
from tests.eventstore.reports import REPORTS
from tests.support.postgres import query


class PostgresStore(EventStore):
    def __init__(
        self,
        url: str,
        sealer: Sealer,
        clock: Callable[[], datetime],
        writer_url: str | None = None,
        aggregate: AnyAggregate = REPORTS,
    ) -> None:
        self._engine = engine(url)
        super().__init__(self._engine)
        self._url = url
        self.writer = Writer(writer_url or url, "ledger", [aggregate], sealer, clock)
        self.handle = self.writer.handle
        self.react = self.writer.react

    def __enter__(self) -> PostgresStore:
        self.writer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.writer.stop()
        self._engine.dispose()

    async def insist(self, call: Call) -> Receipt:
        """As a client does: again with the same key while the answer is to try again."""
        while True:
            try:
                return await self.handle(call)
            except Retryable:
                await asyncio.sleep(0.05)

    def inbox_position(self, consumer: str, topic: str) -> int:
        statement = "SELECT position FROM inbox WHERE consumer = %s AND topic = %s"
        found = query(self._url, statement, consumer, topic)
        return int(str(found[0][0])) if found else 0

    def refusals(self) -> list[str]:
        return [str(row[0]) for row in query(self._url, "SELECT reason FROM refused_reactions")]

    def transactions(self) -> int:
        """How many wrote the events that stand there."""
        found = query(self._url, "SELECT count(DISTINCT xmin::text) FROM events")
        return int(str(found[0][0]))

    def verified(self) -> Head:
        with self._engine.connect() as connection:
            return verify_chain(connection)
