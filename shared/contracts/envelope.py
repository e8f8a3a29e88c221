"""One recorded event as CloudEvents 1.0 JSON, in the canonical bytes of RFC 8785.

The bytes are the record: PostgreSQL keeps them, Kafka carries them, the audit log hashes them.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, lru_cache
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

import orjson
from pydantic import TypeAdapter

JsonObject = dict[str, object]

MAX_ENVELOPE = 512 * 1024
"""Bytes. A larger event is refused before it is written."""


# As UUID itself, in a fifth of its time.
_uuid: Callable[[object], UUID] = TypeAdapter(UUID).validator.validate_python

# Many at once, as an event is decoded a million times. Raise KeyError when one is missing.
_which = itemgetter("id", "source", "type", "stream", "streamversion", "sequence")
_what = itemgetter(
    *("time", "recordedtime", "actor", "correlationid", "causationid", "nonce", "data")
)


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
        id_, source, type_, stream, version, sequence = _which(attributes)
        time, recorded, actor, correlation, causation, nonce, told = _what(attributes)
        subject = attributes.get("subject")
        return Envelope(
            _uuid(id_),
            source.removeprefix("/vcms/"),
            type_,
            stream,
            version,
            int(sequence),
            datetime.fromisoformat(time),
            datetime.fromisoformat(recorded),
            actor,
            None if subject is None else _uuid(subject),
            _uuid(correlation),
            _uuid(causation),
            nonce,
            told,
            attributes.get("traceparent"),
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
