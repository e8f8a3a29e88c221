"""An OpenTelemetry collector that keeps what it gets: OTLP over HTTP, in protobuf."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span

TRACES, METRICS = "/v1/traces", "/v1/metrics"


@dataclass
class Collector:
    url: str
    received: list[tuple[str, bytes]]
    """Path and body of each request."""

    def got(self, path: str) -> bytes:
        """All bodies, one behind the other: protobuf reads them as one message."""
        return b"".join(body for to, body in self.received if to == path)

    def spans(self) -> list[Span]:
        resources = ExportTraceServiceRequest.FromString(self.got(TRACES)).resource_spans
        return [span for one in resources for scope in one.scope_spans for span in scope.spans]

    def metrics(self) -> list[Metric]:
        resources = ExportMetricsServiceRequest.FromString(self.got(METRICS)).resource_metrics
        return [
            metric for one in resources for scope in one.scope_metrics for metric in scope.metrics
        ]

    def attributes(self) -> set[str]:
        """The names of all attributes of spans, their links and events, and of points."""
        return {attribute.key for attribute in self._attributes()}

    def _attributes(self) -> Iterator[KeyValue]:
        for span in self.spans():
            for part in (span, *span.links, *span.events):
                yield from part.attributes
        for metric in self.metrics():
            for kind in (metric.sum, metric.gauge, metric.histogram):
                for point in kind.data_points:
                    yield from point.attributes


@contextmanager
def collecting() -> Iterator[Collector]:
    received: list[tuple[str, bytes]] = []

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.path, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Keep) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield Collector(f"http://127.0.0.1:{server.server_port}", received)
        server.shutdown()
