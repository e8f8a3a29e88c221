"""One trace through request, event, topic, reaction and projection, as `traceparent` tells it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry.trace import Link, SpanKind, get_current_span, get_tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACEPARENT = "traceparent"

# Without baggage: it would carry whatever a client puts there.
PROPAGATOR = TraceContextTextMapPropagator()
_tracer = get_tracer("vcms")


def traceparent() -> str | None:
    """The current span, as an envelope carries it; None outside a trace."""
    carrier: dict[str, str] = {}
    PROPAGATOR.inject(carrier)
    return carrier.get(TRACEPARENT)


@contextmanager
def following(
    name: str, parents: Sequence[str | None], attributes: Mapping[str, str | int]
) -> Iterator[None]:
    """A span that continues the first of the traces `parents`, and is linked to the others.

    Of an error inside it keeps nothing: its text may hold personal values.
    """
    contexts = [PROPAGATOR.extract({TRACEPARENT: parent}) for parent in parents if parent]
    with _tracer.start_as_current_span(
        name,
        contexts[0] if contexts else None,
        kind=SpanKind.CONSUMER,
        links=[Link(get_current_span(context).get_span_context()) for context in contexts[1:]],
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ):
        yield
