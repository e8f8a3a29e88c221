"""Seals under the subjects' keys, made when missing, and opens what they sealed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from os import urandom
from time import monotonic
from typing import Final, Literal, TypeVar
from uuid import UUID

from shared.vault.cache import KeyCache
from shared.vault.errors import KeyUnknown, SubjectErased
from shared.vault.providers import KeyProvider
from shared.vault.sealing import (
    KEY_SIZE,
    Located,
    Place,
    open_sealed,
    parse_located,
    seal,
    typed,
)
from shared.vault.tables import WrappedKeys

E = TypeVar("E")
T = TypeVar("T")

Keys = dict[UUID, bytes | None]
"""Subject to key; None: destroyed."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What stands where a value stood whose subject is erased. An ordinary value, never an error;
    `{"erased": true}` in JSON, which no text can be mistaken for."""

    erased: Literal[True] = True


ERASED: Final = Erased()


class Vault:
    """Safe for threads. Whatever needs a key may block, and raises KeysAway when keys cannot be
    had in time."""

    def __init__(
        self,
        wrapped: WrappedKeys,
        provider: KeyProvider,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._wrapped = wrapped
        self._provider = provider
        self._cache = KeyCache(clock)

    def keys_for(self, subjects: Collection[UUID]) -> Mapping[UUID, bytes]:
        """The subjects' 32-byte keys; missing ones are made, and are durable before this returns.

        Raises:
            SubjectErased: one of them is erased: it gets no key again.
            KeysAway: the keys cannot be had now.
        """
        keys = self._existing(subjects)
        if missing := [subject for subject in subjects if subject not in keys]:
            keys |= self._make(missing)
        return {subject: _live(key) for subject, key in keys.items()}

    def seal(self, event: E, key: bytes, stream: str, event_id: UUID) -> E:
        """The same event with each `Clear` field sealed to its place (see `sealing.seal`)."""
        return seal(event, key, Place(stream, event_id))

    def open(self, located: str, shape: type[T]) -> T | Erased:
        """The value that `sealing.locate` made a string of, as the type that its field declares.

        Raises:
            NotAToken, NotSealedHere, KeyUnknown, AnotherShape: it cannot be opened, ever.
            KeysAway: it cannot be opened now.
        """
        value = parse_located(located)
        return _open(value, self._existing([value.subject]), shape)

    def open_all(self, located: Sequence[str | None], shape: type[T]) -> list[T | Erased | None]:
        """As `open`, with one look for all the keys; None stays None."""
        values = [None if text is None else parse_located(text) for text in located]
        keys = self._existing({value.subject for value in values if value is not None})
        return [None if value is None else _open(value, keys, shape) for value in values]

    def _existing(self, subjects: Collection[UUID]) -> Keys:
        keys = self._cache.known(subjects)
        if absent := [subject for subject in subjects if subject not in keys]:
            keys |= self._unwrapped(self._wrapped.load(absent))
        return keys

    def _make(self, subjects: Collection[UUID]) -> Keys:
        drafts = {subject: self._provider.wrap(urandom(KEY_SIZE), subject) for subject in subjects}
        # Another instance may have been first: only what stands in the table counts.
        return self._unwrapped(self._wrapped.add(drafts))

    def _unwrapped(self, wrapped: Mapping[UUID, bytes | None]) -> Keys:
        keys = {
            subject: None if key is None else self._provider.unwrap(key, subject)
            for subject, key in wrapped.items()
        }
        self._cache.keep(keys)
        return keys


def _live(key: bytes | None) -> bytes:
    if key is None:
        raise SubjectErased
    return key


def _open(value: Located, keys: Keys, shape: type[T]) -> T | Erased:
    try:
        key = keys[value.subject]
    except KeyError:
        raise KeyUnknown from None
    if key is None:
        return ERASED
    return typed(open_sealed(value.sealed, key, value.place, value.field), shape)
