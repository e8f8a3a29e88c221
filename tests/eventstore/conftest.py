"""A vault whose keys live in memory, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from shared.vault.memory import MemoryKeys
from shared.vault.providers import KeyFile
from shared.vault.vault import Vault
from tests.eventstore.contract import Clock


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
