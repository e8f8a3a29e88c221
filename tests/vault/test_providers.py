"""What the key file promises: a wrapped key belongs to one subject and one file."""

from pathlib import Path

import pytest

from shared.vault.errors import KeysAway
from shared.vault.providers import KeyFile, NoKeyFile
from tests.vault.examples import OTHER_SUBJECT, SUBJECT

KEY = b"k" * 32


def test_a_key_comes_back_as_it_was_wrapped(key_file: KeyFile) -> None:
    wrapped = key_file.wrap(KEY, SUBJECT)
    assert len(wrapped) == 60
    assert KEY not in wrapped
    assert key_file.unwrap(wrapped, SUBJECT) == KEY


def test_a_wrapped_key_is_of_no_use_to_another_subject(key_file: KeyFile) -> None:
    with pytest.raises(KeysAway):
        key_file.unwrap(key_file.wrap(KEY, SUBJECT), OTHER_SUBJECT)


def test_another_key_file_does_not_unwrap_it(key_file: KeyFile, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    other.write_bytes(b"o" * 32)
    with pytest.raises(KeysAway):
        KeyFile(other).unwrap(key_file.wrap(KEY, SUBJECT), SUBJECT)


def test_a_cut_off_key_does_not_unwrap(key_file: KeyFile) -> None:
    with pytest.raises(KeysAway):
        key_file.unwrap(key_file.wrap(KEY, SUBJECT)[:8], SUBJECT)


def test_a_missing_key_file_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(NoKeyFile):
        KeyFile(tmp_path / "none.key")


def test_a_key_file_of_another_size_is_told_without_showing_it(tmp_path: Path) -> None:
    short = tmp_path / "short.key"
    short.write_bytes(b"s" * 31)
    with pytest.raises(NoKeyFile, match="31 bytes, not 32"):
        KeyFile(short)
