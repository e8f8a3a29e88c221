"""One trace through request, event, topic, reaction and projection, as `traceparent` tells it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry.context import attach, detach
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import (
    INVALID_SPAN_CONTEXT,
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    get_current_span,
    get_tracer,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Receive, Scope, Send

TRACEPARENT = "traceparent"

# Without baggage: it would carry whatever a client puts there.
PROPAGATOR = TraceContextTextMapPropagator()
_tracer = get_tracer("vcms")
_ids = RandomIdGenerator()


class Traced:
    """Gives a request that nobody records the ids of a trace, its client's or new ones."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or get_current_span().get_span_context().is_valid:
            return await self._app(scope, receive, send)
        token = attach(set_span_in_context(NonRecordingSpan(_unrecorded(scope))))
        try:
            await self._app(scope, receive, send)
        finally:
            detach(token)


def _unrecorded(scope: Scope) -> SpanContext:
    sent = next((value for name, value in scope["headers"] if name == b"traceparent"), None)
    client = INVALID_SPAN_CONTEXT if sent is None else _client(sent.decode("latin-1"))
    return SpanContext(
        trace_id=client.trace_id if client.is_valid else _ids.generate_trace_id(),
        span_id=_ids.generate_span_id(),
        is_remote=False,
        trace_flags=client.trace_flags,
    )


def _client(sent: str) -> SpanContext:
    return get_current_span(PROPAGATOR.extract({TRACEPARENT: sent})).get_span_context()


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
