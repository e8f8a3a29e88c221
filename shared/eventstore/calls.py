"""What the writer is asked, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid5

from shared.contracts.actor import Actor


@dataclass(frozen=True, slots=True)
class Call:
    """A command for one stream.

    `key` is the Idempotency-Key; it belongs to the actor, so another actor's key is another key.
    `request_hash` is the SHA-256 of method, path and body: one key, one request.
    `command_id` is a UUIDv7 from the edge, or UUIDv5(consumer, event id, n) from a reaction.
    `subject` is named only by the command that creates a stream; later the store knows it.
    """

    stream: str
    command: object
    actor: Actor
    key: str
    request_hash: bytes
    command_id: UUID
    subject: UUID | None = None
    expected_version: int | None = None
    occurred_at: datetime | None = None
    correlation_id: UUID | None = None
    causation_id: UUID | None = None
    traceparent: str | None = None
    principal: str = field(init=False)
    """Whose key it is: the actor in one string, made once since it is asked for often."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "principal", str(self.actor))


class Receipt(NamedTuple):
    """A command is done. `version` is its stream's, `position` that of its last event; where it
    made no event, of the last event before it."""

    stream: str
    version: int
    position: int
    event_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """The events `first` to `last` of `topic`, and the commands that follow from them.

    A consumer's inbox position and the commands' events are written in one transaction.
    """

    consumer: str
    topic: str
    first: int
    last: int
    calls: Sequence[Call]


def event_id(command_id: UUID, index: int) -> UUID:
    """The id of the command's event number `index`, counted from 0: a retry makes the same ids."""
    return uuid5(command_id, str(index))
