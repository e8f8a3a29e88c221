"""OpenTelemetry: one trace through request, event, topic, reaction and projection.

What leaves passes one gate, which lets through only attributes that can hold nothing personal:
paths, queries, hosts and messages of errors stay here.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry import metrics, propagate, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import View
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span, Status
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

ALLOWED = frozenset(
    {
        "code.function.name",
        "error.type",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "network.protocol.version",
        "url.scheme",
        "vcms.consumer",
        "vcms.event.type",
        "vcms.operation",
        "vcms.outcome",
        "vcms.projection",
        "vcms.topic",
        "vcms.worker",
    }
)
"""Attributes of spans and metrics that may leave: names of ours, kinds, codes and counts."""

FLUSH_MILLISECONDS = 2000
TRACEPARENT = "traceparent"

# Without baggage: it would carry whatever a client puts there.
_PROPAGATOR = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("vcms")


def start(service: str, endpoint: str | None) -> None:
    """Trace and measure this process; export to the collector at `endpoint`, if there is one."""
    resource = Resource({SERVICE_NAME: f"vcms-{service}"})
    tracing = TracerProvider(resource=resource)
    readers = []
    if endpoint is not None:
        base = endpoint.rstrip("/")
        spans = OTLPSpanExporter(endpoint=f"{base}/v1/traces")
        tracing.add_span_processor(BatchSpanProcessor(AllowedOnly(spans)))
        points = OTLPMetricExporter(endpoint=f"{base}/v1/metrics")
        readers.append(PeriodicExportingMetricReader(points))
    propagate.set_global_textmap(_PROPAGATOR)
    trace.set_tracer_provider(tracing)
    views = [View(instrument_name="*", attribute_keys=set(ALLOWED))]
    metrics.set_meter_provider(MeterProvider(readers, resource=resource, views=views))


def flush() -> None:
    """Send what waits to be exported; before the process ends."""
    for provider in (trace.get_tracer_provider(), metrics.get_meter_provider()):
        if isinstance(provider, TracerProvider | MeterProvider):
            provider.force_flush(FLUSH_MILLISECONDS)


def traceparent() -> str | None:
    """The current span, as an envelope carries it; None outside a trace."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get(TRACEPARENT)


@contextmanager
def continued(name: str, parent: str | None, **attributes: str | int) -> Iterator[Span]:
    """A span that follows from the event whose `traceparent` is given. Attribute names are written
    with underscores: `vcms_consumer`."""
    context = _PROPAGATOR.extract({TRACEPARENT: parent} if parent else {})
    named = {key.replace("_", ".", 1): value for key, value in attributes.items()}
    with _tracer.start_as_current_span(
        name, context, attributes=named, record_exception=False, set_status_on_exception=False
    ) as span:
        yield span


class AllowedOnly(SpanExporter):
    """Hands on copies of spans: no events, no descriptions, and only attributes that may leave."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([_reduced(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def _reduced(span: ReadableSpan) -> ReadableSpan:
    attributes = {k: v for k, v in (span.attributes or {}).items() if k in ALLOWED}
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=attributes,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
