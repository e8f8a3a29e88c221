"""Traces go on across Kafka: what follows from events stands in their traces."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from shared.messaging.records import Record
from shared.runtime import tracing

MOST_LINKS = 32
"""Of a long run; each costs as much as decoding an event."""


def following(consumer: str, records: Sequence[Record]) -> AbstractContextManager[None]:
    """A span that continues the first event's trace and is linked to those of the others."""
    return tracing.following(
        consumer,
        [record.traceparent for record in records[:MOST_LINKS]],
        {"vcms.consumer": consumer, "messaging.batch.message_count": len(records)},
    )
