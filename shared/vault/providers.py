"""Who wraps the subjects' keys: a key file here; a key service can take its place."""

from os import urandom
from pathlib import Path
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.vault.errors import KeysAway
from shared.vault.sealing import KEY_SIZE, NONCE_SIZE


class KeyProvider(Protocol):
    """Wraps and unwraps 32-byte keys; a wrapped key belongs to one subject. May block.

    Both raise KeysAway when the provider does not answer, or is not the one that wrapped the key.
    """

    def wrap(self, key: bytes, subject: UUID) -> bytes: ...
    def unwrap(self, wrapped: bytes, subject: UUID) -> bytes: ...


class NoKeyFile(Exception):
    """The key file is missing or unreadable, or does not hold exactly 32 bytes."""


class KeyFile:
    """The wrapping key in a file of 32 raw bytes: AES-256-GCM with the subject as associated data.

    Wrapped: nonce ‖ ciphertext ‖ tag, 60 bytes.

    Raises:
        NoKeyFile: there is no such key.
    """

    def __init__(self, path: Path) -> None:
        try:
            key = path.read_bytes()
        except OSError as error:
            raise NoKeyFile(f"{path}: {error.strerror}") from None
        if len(key) != KEY_SIZE:
            raise NoKeyFile(f"{path}: {len(key)} bytes, not {KEY_SIZE}")
        self._cipher = AESGCM(key)

    def wrap(self, key: bytes, subject: UUID) -> bytes:
        nonce = urandom(NONCE_SIZE)
        return nonce + self._cipher.encrypt(nonce, key, subject.bytes)

    def unwrap(self, wrapped: bytes, subject: UUID) -> bytes:
        try:
            return self._cipher.decrypt(wrapped[:NONCE_SIZE], wrapped[NONCE_SIZE:], subject.bytes)
        except (InvalidTag, ValueError):
            raise KeysAway("wrapped under another key, or altered") from None
