"""The contract, kept by the memory twin and by PostgreSQL."""

from __future__ import annotations

import pytest

from shared.eventstore.memory import MemoryStore
from shared.vault.vault import Vault
from tests.eventstore.contract import Clock, EventStoreContract, Store
from tests.eventstore.postgres_store import PostgresStore
from tests.eventstore.reports import REPORTS


class MemoryStoreUnderTest(MemoryStore):
    def inbox_position(self, consumer: str, topic: str) -> int:
        return self.inbox.get((consumer, topic), 0)

    def refusals(self) -> list[str]:
        return [refused.reason for refused in self.refused_reactions]


class TestMemoryStore(EventStoreContract):
    @pytest.fixture
    def store(self, vault: Vault, clock: Clock) -> Store:
        return MemoryStoreUnderTest("ledger", [REPORTS], vault, clock)


@pytest.mark.stack
class TestPostgresStore(EventStoreContract):
    @pytest.fixture
    def store(self, postgres_store: PostgresStore) -> Store:
        return postgres_store
