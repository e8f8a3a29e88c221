"""An event on its way: what a Kafka record holds of it, readable without decoding its body."""

from collections.abc import Sequence
from typing import NamedTuple

CONTENT_TYPE = b"application/cloudevents+json; charset=UTF-8"

Headers = Sequence[tuple[str, bytes]]


class Record(NamedTuple):
    """An event by its place in its service's line. `body` is what the table holds, byte for byte.

    `offset` is the topic's number of the record, -1 before it is there. It is a bookmark, no more.
    """

    position: int
    type: str
    stream: str
    event_id: str
    body: bytes
    traceparent: str | None = None
    offset: int = -1


def headers_of(record: Record) -> list[tuple[str, bytes]]:
    headers = [
        ("content-type", CONTENT_TYPE),
        ("ce_id", record.event_id.encode()),
        ("ce_type", record.type.encode()),
        ("ce_sequence", b"%020d" % record.position),
    ]
    if record.traceparent is not None:
        headers.append(("traceparent", record.traceparent.encode()))
    return headers


def record_of(
    headers: Headers, key: bytes | None, body: bytes | None, offset: int
) -> Record | None:
    """The event in a Kafka record, or None when a stranger wrote it: what has no position is no
    part of the line."""
    named = dict(headers)
    try:
        return Record(
            int(named["ce_sequence"]),
            named["ce_type"].decode(),
            (key or b"").decode(),
            named["ce_id"].decode(),
            body or b"",
            traceparent.decode() if (traceparent := named.get("traceparent")) else None,
            offset,
        )
    except (KeyError, ValueError):
        return None
