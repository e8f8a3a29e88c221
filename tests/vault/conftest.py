"""The file that wraps the keys."""

from pathlib import Path

import pytest

from shared.vault.providers import KeyFile


@pytest.fixture
def key_file(tmp_path: Path) -> KeyFile:
    path = tmp_path / "wrapping.key"
    path.write_bytes(bytes(range(32)))
    return KeyFile(path)
