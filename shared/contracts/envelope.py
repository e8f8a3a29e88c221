"""One recorded event as CloudEvents 1.0 JSON, in the canonical bytes of RFC 8785.

The bytes are the record: PostgreSQL keeps them, Kafka carries them, the audit log hashes them.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import NamedTuple
from uuid import UUID

import orjson
from pydantic import TypeAdapter

JsonObject = dict[str, object]

MAX_ENVELOPE = 512 * 1024
"""Bytes. A larger event is refused before it is written."""


# As UUID itself, in a fifth of its time.
_uuid: Callable[[object], UUID] = TypeAdapter(UUID).validator.validate_python


class NotAnEnvelope(ValueError):
    """These bytes are no event of ours."""


class Envelope(NamedTuple):
    """CloudEvents attributes (with the documented extensions `sequence`, `recordedtime`,
    `correlationid`, `causationid`, `traceparent`) and our own `stream`, `streamversion`, `actor`
    and `nonce`.

    `nonce` holds 128 random bits in hex, so that the hash of a body can be published.
    `subject` names the person, report or file whose key seals the personal fields.
    """

    id: UUID
    service: str
    type: str
    stream: str
    version: int
    position: int
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    subject: UUID | None
    correlation_id: UUID
    causation_id: UUID
    nonce: str
    data: JsonObject
    traceparent: str | None = None


def encode(envelope: Envelope) -> bytes:
    """Canonical bytes. `data` must hold strings, integers below 2^53, booleans, None, and lists and
    objects with ASCII keys of these: then sorted orjson is RFC 8785."""
    attributes: JsonObject = {
        "specversion": "1.0",
        "datacontenttype": "application/json",
        "id": envelope.id,
        "source": f"/vcms/{envelope.service}",
        "type": envelope.type,
        "stream": envelope.stream,
        "streamversion": envelope.version,
        "sequence": f"{envelope.position:020d}",
        "time": timestamp(envelope.occurred_at),
        "recordedtime": timestamp(envelope.recorded_at),
        "actor": envelope.actor,
        "correlationid": envelope.correlation_id,
        "causationid": envelope.causation_id,
        "nonce": envelope.nonce,
        "data": envelope.data,
    }
    if envelope.subject is not None:
        attributes["subject"] = envelope.subject
    if envelope.traceparent is not None:
        attributes["traceparent"] = envelope.traceparent
    return orjson.dumps(attributes, option=orjson.OPT_SORT_KEYS)


def decode(body: bytes) -> Envelope:
    """The envelope in `body`; `data` stays undecoded.

    Raises:
        NotAnEnvelope: not JSON, or an attribute is missing or malformed.
    """
    try:
        attributes = orjson.loads(body)
        subject = attributes.get("subject")
        return Envelope(
            id=_uuid(attributes["id"]),
            service=attributes["source"].removeprefix("/vcms/"),
            type=attributes["type"],
            stream=attributes["stream"],
            version=attributes["streamversion"],
            position=int(attributes["sequence"]),
            occurred_at=datetime.fromisoformat(attributes["time"]),
            recorded_at=datetime.fromisoformat(attributes["recordedtime"]),
            actor=attributes["actor"],
            subject=None if subject is None else _uuid(subject),
            correlation_id=_uuid(attributes["correlationid"]),
            causation_id=_uuid(attributes["causationid"]),
            nonce=attributes["nonce"],
            data=attributes["data"],
            traceparent=attributes.get("traceparent"),
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotAnEnvelope(type(error).__name__) from None


@lru_cache(maxsize=64)
def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds: one spelling for each moment."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


@cache
def wire_type(service: str, event: type, schema_version: int) -> str:
    """`vcms.<service>.<snake>.v<N>`."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", event.__name__).lower()
    return f"vcms.{service}.{snake}.v{schema_version}"
