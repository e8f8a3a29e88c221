"""Secrets made at the first start and kept in files that only their owner reads."""

import os
import secrets
from pathlib import Path


def remembered_secret(file: Path) -> str:
    """The secret in `file`; a random one of 192 bits is made when there is none."""
    if not file.exists():
        write_private(file, secrets.token_hex(24).encode())
    return file.read_text().strip()


def remembered_key(file: Path) -> bytes:
    """32 random bytes, as raw bytes in `file`."""
    if not file.exists():
        write_private(file, secrets.token_bytes(32))
    return file.read_bytes()


def write_private(file: Path, content: bytes) -> None:
    """Writes `file` for its owner alone (0600), whole or not at all."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as output:
        output.write(content)
        output.flush()
        os.fsync(output.fileno())
    draft.replace(file)
