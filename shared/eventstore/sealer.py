"""What the writer asks of the vault; `shared.vault` answers."""

from collections.abc import Collection, Mapping
from typing import Protocol, TypeVar
from uuid import UUID

E = TypeVar("E")


class Sealer(Protocol):
    def keys_for(self, subjects: Collection[UUID]) -> Mapping[UUID, bytes]:
        """The subjects' keys; missing ones are made, and are durable before this returns. Blocks.

        Raises:
            Refused: a subject is erased: it gets no key again.
            Retryable: the keys cannot be had now.
        """

    def seal(self, event: E, key: bytes, stream: str, event_id: UUID) -> E:
        """The same event with each `Clear` field sealed to its place."""
