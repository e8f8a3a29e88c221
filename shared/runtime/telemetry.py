"""Traces and metrics of this process, exported by OTLP when a setting says so.

What leaves passes one gate, which lets through only attributes that can hold nothing personal:
paths, queries, hosts and messages of errors stay here.
"""

from collections.abc import Sequence

from opentelemetry import metrics, propagate, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import View
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
from opentelemetry.trace import Link, Status

from shared.runtime.tracing import PROPAGATOR

ALLOWED = frozenset(
    {
        "code.function.name",
        "error.type",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "messaging.batch.message_count",
        "network.protocol.version",
        "url.scheme",
        "vcms.consumer",
        "vcms.problem",
        "vcms.projection",
        "vcms.worker",
    }
)
"""Attributes of spans and metrics that may leave: names of ours, kinds, codes and counts."""

PATIENCE = 2
"""Seconds that the collector has to take what is exported; what it does not take is lost."""


def start(service: str, endpoint: str | None) -> None:
    """Trace and measure this process, for the collector at `endpoint`.

    Without one nothing is recorded, which makes a request a third cheaper; `tracing.Traced` then
    makes the ids for envelopes and logs.
    """
    propagate.set_global_textmap(PROPAGATOR)
    if endpoint is None:
        return
    resource = Resource({SERVICE_NAME: f"vcms-{service}"})
    base = endpoint.rstrip("/")
    spans = OTLPSpanExporter(endpoint=f"{base}/v1/traces", timeout=PATIENCE)
    tracing = TracerProvider(sampler=ParentBased(ALWAYS_ON), resource=resource)
    tracing.add_span_processor(BatchSpanProcessor(AllowedOnly(spans)))
    trace.set_tracer_provider(tracing)
    points = OTLPMetricExporter(endpoint=f"{base}/v1/metrics", timeout=PATIENCE)
    views = [View(instrument_name="*", attribute_keys=set(ALLOWED))]
    reader = PeriodicExportingMetricReader(points)
    metrics.set_meter_provider(MeterProvider([reader], resource=resource, views=views))


def stop() -> None:
    """Send what waits to be exported, and trace no more: the process ends."""
    for provider in (trace.get_tracer_provider(), metrics.get_meter_provider()):
        if isinstance(provider, TracerProvider | MeterProvider):
            provider.shutdown()


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
        links=[Link(link.context) for link in span.links],
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
