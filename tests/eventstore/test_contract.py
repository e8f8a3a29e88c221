"""The contract, kept by the memory twin and by PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.eventstore.connections import engine
from shared.eventstore.memory import MemoryStore
from shared.eventstore.store import EventStore
from shared.eventstore.writer import Writer
from shared.vault.vault import Vault
from tests.eventstore.contract import Clock, EventStoreContract, Store
from tests.eventstore.reports import REPORTS
from tests.support.postgres import ServiceDatabase, query


class MemoryStoreUnderTest(MemoryStore):
    def inbox_position(self, consumer: str, topic: str) -> int:
        return self.inbox.get((consumer, topic), 0)

    def refusals(self) -> list[str]:
        return [refused.reason for refused in self.refused_reactions]


class TestMemoryStore(EventStoreContract):
    @pytest.fixture
    def store(self, vault: Vault, clock: Clock) -> Store:
        return MemoryStoreUnderTest("ledger", [REPORTS], vault, clock)


class PostgresStore(EventStore):
    def __init__(self, database: ServiceDatabase, writer: Writer) -> None:
        super().__init__(engine(database.writer))
        self._database = database
        self.handle = writer.handle
        self.react = writer.react

    def inbox_position(self, consumer: str, topic: str) -> int:
        statement = "SELECT position FROM inbox WHERE consumer = %s AND topic = %s"
        found = query(self._database.writer, statement, consumer, topic)
        return int(str(found[0][0])) if found else 0

    def refusals(self) -> list[str]:
        rows = query(self._database.writer, "SELECT reason FROM refused_reactions")
        return [str(row[0]) for row in rows]


@pytest.mark.stack
class TestPostgresStore(EventStoreContract):
    @pytest.fixture
    def store(self, ledger: ServiceDatabase, vault: Vault, clock: Clock) -> Iterator[Store]:
        writer = Writer(ledger.writer, "ledger", [REPORTS], vault, clock)
        writer.start()
        yield PostgresStore(ledger, writer)
        writer.stop()
