"""A vault whose keys live in memory, a clock that stands still, and the real store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from shared.vault.memory import MemoryKeys
from shared.vault.providers import KeyFile
from shared.vault.vault import Vault
from tests.eventstore.contract import Clock
from tests.eventstore.postgres_store import PostgresStore
from tests.support.postgres import ServiceDatabase


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def wrapped_keys() -> MemoryKeys:
    return MemoryKeys()


@pytest.fixture
def vault(wrapped_keys: MemoryKeys, tmp_path: Path) -> Vault:
    key = tmp_path / "wrapping.key"
    key.write_bytes(bytes(32))
    # Its cache forgets at once, so that an erasure is seen at once.
    times = iter(range(0, 10**9, 3600))
    return Vault(wrapped_keys, KeyFile(key), lambda: float(next(times)))


@pytest.fixture
def erase(wrapped_keys: MemoryKeys) -> Callable[[UUID], None]:
    return wrapped_keys.destroy


@pytest.fixture
def postgres_store(ledger: ServiceDatabase, vault: Vault, clock: Clock) -> Iterator[PostgresStore]:
    """A writer and its reads, on a fresh database."""
    with PostgresStore(ledger.writer, vault, clock) as made:
        yield made
