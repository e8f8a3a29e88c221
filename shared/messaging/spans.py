"""Traces go on across Kafka: what follows from events stands in their traces."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry.trace import Link, SpanKind, get_current_span, get_tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.messaging.records import Record

_tracer = get_tracer("vcms")
_propagator = TraceContextTextMapPropagator()


@contextmanager
def following(consumer: str, records: Sequence[Record]) -> Iterator[None]:
    """A span that continues the first event's trace and is linked to those of the others."""
    contexts = [
        _propagator.extract({"traceparent": record.traceparent})
        for record in records
        if record.traceparent is not None
    ]
    links = [Link(get_current_span(context).get_span_context()) for context in contexts[1:]]
    with _tracer.start_as_current_span(
        consumer,
        contexts[0] if contexts else None,
        kind=SpanKind.CONSUMER,
        links=links,
        attributes={"vcms.consumer": consumer, "messaging.batch.message_count": len(records)},
        record_exception=False,
        set_status_on_exception=False,
    ):
        yield
