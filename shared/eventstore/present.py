"""What stands when a batch is decided, as far as it asks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

from shared.contracts.refused import Refused
from shared.eventstore.calls import Receipt
from shared.eventstore.errors import Unprocessable
from shared.eventstore.recorded import Head

Owner: TypeAlias = tuple[str, str]
"""Principal and key; or consumer and topic."""

Key: TypeAlias = bytes | Refused
"""A subject's key, or why it gets none."""


class Folded(NamedTuple):
    """A stream as its events left it."""

    state: object
    version: int = 0
    subject: UUID | None = None


class Handled(NamedTuple):
    request_hash: bytes
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Present:
    """What stands under the lock, as far as the batch asks; `streams` lacks those not begun."""

    head: Head
    now: datetime
    handled: Mapping[Owner, Handled]
    inbox: Mapping[Owner, int]
    streams: Mapping[str, Folded | Unprocessable]
    keys: Mapping[UUID, Key]

    def and_also(
        self, streams: Mapping[str, Folded | Unprocessable], keys: Mapping[UUID, Key]
    ) -> "Present":
        """More is asked for."""
        return replace(self, streams={**self.streams, **streams}, keys={**self.keys, **keys})
