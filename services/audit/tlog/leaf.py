"""The bytes of a leaf, fixed in docs/auditing/leaf.md. They never change: add kinds instead."""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from hashlib import sha256
from uuid import UUID

from shared.contracts.envelope import Envelope

MAX_LEAF = 65_535
"""Bytes; an entry bundle of C2SP tlog-tiles prefixes each with a length of two bytes."""

_FIXED = struct.Struct(">B16sQQ32s")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Kind(IntEnum):
    EVENT = 1
    SERVICE_HEAD = 2  # reserved: a service's signed (service, position, chain)


class NotALeaf(ValueError):
    """These bytes are no leaf of a kind that is known here, or are not its one spelling."""


class DoesNotFitInLeaf(ValueError):
    """An envelope whose header no leaf can hold."""


@dataclass(frozen=True, slots=True)
class EventLeaf:
    """What the log says of one event. No subject, stream, actor or time in the world: those would
    tie events of one person together for everybody who reads the log."""

    event_id: UUID
    position: int
    recorded_at: datetime
    body_sha256: bytes
    service: str
    type: str


def leaf_of_event(envelope: Envelope, body: bytes) -> EventLeaf:
    """The leaf of an event as it was received; `body` is hashed as it is, byte for byte."""
    return EventLeaf(
        event_id=envelope.id,
        position=envelope.position,
        recorded_at=envelope.recorded_at,
        body_sha256=sha256(body).digest(),
        service=envelope.service,
        type=envelope.type,
    )


def encode(leaf: EventLeaf) -> bytes:
    """The leaf's bytes: one spelling for each leaf.

    Raises:
        DoesNotFitInLeaf: a value is outside what the format can hold.
    """
    if len(leaf.body_sha256) != 32:
        raise DoesNotFitInLeaf("the hash is not 32 bytes")
    try:
        fixed = _FIXED.pack(
            Kind.EVENT,
            leaf.event_id.bytes,
            leaf.position,
            (leaf.recorded_at - _EPOCH) // _MICROSECOND,
            leaf.body_sha256,
        )
    except (struct.error, TypeError):
        raise DoesNotFitInLeaf("a number or a time is out of range") from None
    return fixed + _prefixed(leaf.service) + _prefixed(leaf.type)


def decode(leaf: bytes) -> EventLeaf:
    """The event leaf in `leaf`; accepts nothing that `encode` would not have written.

    Raises:
        NotALeaf: another kind, cut short, too long, or not ASCII.
    """
    try:
        kind, event_id, position, micros, body_sha256 = _FIXED.unpack_from(leaf)
        if kind != Kind.EVENT:
            raise NotALeaf(f"kind {kind}")
        service, rest = _take_prefixed(leaf[_FIXED.size :])
        wire_type, rest = _take_prefixed(rest)
        if rest:
            raise NotALeaf("bytes after the end")
        recorded_at = _EPOCH + micros * _MICROSECOND
    except (struct.error, IndexError, OverflowError):
        raise NotALeaf("cut short or out of range") from None
    return EventLeaf(UUID(bytes=event_id), position, recorded_at, body_sha256, service, wire_type)


def _prefixed(text: str) -> bytes:
    if not _is_name(text):
        raise DoesNotFitInLeaf("a name is not 1 to 255 visible ASCII characters")
    return bytes([len(text)]) + text.encode("ascii")


def _take_prefixed(rest: bytes) -> tuple[str, bytes]:
    length = rest[0]
    text = rest[1 : 1 + length].decode("latin-1")
    if len(text) != length or not _is_name(text):
        raise NotALeaf("a name is cut short, empty or not visible ASCII")
    return text, rest[1 + length :]


def _is_name(text: str) -> bool:
    return 1 <= len(text) <= 255 and all("!" <= character <= "~" for character in text)
