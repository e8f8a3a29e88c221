"""Nothing that a client sends, and no text of an error, comes out again: not in an answer, not in
a log, not in what telemetry exports."""

import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import httpx
import pytest
import structlog
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanContext

from shared.runtime import logs
from shared.runtime.ids import new_id
from shared.runtime.telemetry import AllowedOnly
from shared.runtime.tracing import following, traceparent
from tests.runtime.issuer import Issuer
from tests.runtime.register import CANARY, build, calling

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, by us and by libraries, at every level."""
    stream = io.StringIO()
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning
    logs.configure("referrals", stream)
    root.setLevel(logging.DEBUG)
    yield stream
    root.handlers[:], root.level = handlers, level
    sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning = hooks
    structlog.configure(**before)


@dataclass
class Exported(SpanExporter):
    spans: list[ReadableSpan] = field(default_factory=list)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.spans += spans
        return SpanExportResult.SUCCESS

    @property
    def text(self) -> str:
        return "".join(span.to_json() for span in self.spans)


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Exported:
    exporter, provider = Exported(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(AllowedOnly(exporter)))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    return exporter


def ids(span: ReadableSpan) -> SpanContext:
    context = span.get_span_context()
    assert context is not None
    return context


def lines(written: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


async def everything_wrong(client: httpx.AsyncClient) -> list[httpx.Response]:
    """Requests with a canary in each place that a request has."""
    key = {"Idempotency-Key": CANARY}
    return [
        await client.get(f"/{CANARY}"),
        await client.get(f"/houses/{CANARY}?{CANARY}={CANARY}"),
        await client.get(f"/houses?cursor={CANARY}&urgency={CANARY}&limit={CANARY}"),
        await client.get("/houses", headers={"Read-After": CANARY}),
        await client.get("/houses", headers={"Authorization": f"Bearer {CANARY}"}),
        await client.get("/houses", headers={"Authorization": CANARY}),
        await client.post("/houses", json={"name": {"x": CANARY}}, headers=key),
        await client.post("/houses", json={f"{CANARY} Doe": CANARY}, headers=key),
        await client.post("/houses", json={"name": f"{CANARY}\0"}, headers=key),
        await client.post("/houses", json={"name": "x", "keeper": CANARY}, headers=key),
        await client.post("/houses", content=CANARY, headers={**key, **JSON}),
        await client.post("/houses", content=CANARY, headers={**key, "Content-Type": CANARY}),
        await client.post("/houses", json={"name": "x"}, headers={"If-Match": CANARY, **key}),
        *[await client.get(f"/broken/{how}") for how in BROKEN],
    ]


BROKEN = {"bug": 500, "group": 500, "store": 503, "driver": 503, "database": 503, "value": 400}


@pytest.mark.parametrize("how", BROKEN)
async def test_every_failure_is_a_problem_without_its_text(
    how: str, client: httpx.AsyncClient
) -> None:
    response = await client.get(f"/broken/{how}")
    assert response.status_code == BROKEN[how]
    assert response.headers["Content-Type"] == "application/problem+json"
    assert ("Retry-After" in response.headers) == (response.status_code == 503)


async def test_no_answer_log_or_span_repeats_what_was_sent(
    written: io.StringIO, exported: Exported, issuer: Issuer
) -> None:
    async with calling(build(issuer)) as client:
        client.headers["Authorization"] = f"Bearer {issuer.token()}"
        client.headers["User-Agent"] = client.headers["Referer"] = CANARY
        client.headers["Baggage"] = f"name={CANARY}"
        answers = await everything_wrong(client)
        token = client.headers["Authorization"].removeprefix("Bearer ")
    assert len(exported.spans) == len(answers)
    assert {line["service"] for line in lines(written)} == {"referrals"}
    for text in (*(answer.text for answer in answers), written.getvalue(), exported.text):
        assert CANARY not in text
        assert token not in text
    for answer in answers:
        assert CANARY not in str(answer.headers)


async def test_an_unexpected_fault_is_logged_by_class_and_place_with_its_trace(
    written: io.StringIO, exported: Exported, client: httpx.AsyncClient
) -> None:
    await client.get("/broken/bug")
    (fault,) = (line for line in lines(written) if line["event"] == "unexpected_fault")
    assert fault["error"] == "ZeroDivisionError"
    assert fault["at"].startswith("tests.runtime.register.fail:")
    (span,) = exported.spans
    assert fault["trace_id"] == trace.format_trace_id(ids(span).trace_id)


def test_a_librarys_record_is_its_template_without_values(written: io.StringIO) -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("library").exception("cannot send to %s", CANARY)
        logging.getLogger("asyncio").error(f"Task exception\nfuture: {CANARY}")
        structlog.get_logger().exception("ours")
    assert CANARY not in written.getvalue()
    assert [line["event"] for line in lines(written)] == [
        "cannot send to %s",
        "Task exception",
        "ours",
    ]
    assert lines(written)[0]["error"] == lines(written)[2]["error"] == "ValueError"


def test_what_no_thread_catches_is_logged_by_class(written: io.StringIO) -> None:
    def fail() -> None:
        raise ValueError(CANARY)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert [line["error"] for line in lines(written)] == ["ValueError"]
    assert CANARY not in written.getvalue()


def test_what_no_finaliser_may_raise_is_logged_by_class(written: io.StringIO) -> None:
    class Fails:
        def __del__(self) -> None:
            raise ValueError(CANARY)

    del (held := [Fails()])[0]
    assert not held
    assert [line["error"] for line in lines(written)] == ["ValueError"]
    assert CANARY not in written.getvalue()


def test_a_warning_is_logged_without_its_text(written: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(CANARY, RuntimeWarning, stacklevel=1)
    assert [line["error"] for line in lines(written)] == ["RuntimeWarning"]
    assert CANARY not in written.getvalue()


PRINTS = f"""
import os
from shared.runtime import logs
logs.configure("referrals")
watching = logs.watch_stderr()
os.write(2, b"FATAL:  {CANARY}\\nhalf a line")
os.close(2)
watching.join()
"""


def test_what_a_native_library_prints_is_logged_without_its_text() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PRINTS], capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stderr == ""
    printed = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [line["event"] for line in printed] == ["native_library_prints"] * 2
    assert CANARY not in ended.stdout


async def test_spans_are_named_by_route(exported: Exported, client: httpx.AsyncClient) -> None:
    await client.get(f"/houses/{new_id()}")
    (span,) = exported.spans
    assert span.name == "GET /houses/{house_id}"
    assert dict(span.attributes or {}) == {
        "http.request.method": "GET",
        "http.response.status_code": 404,
        "http.route": "/houses/{house_id}",
        "network.protocol.version": "1.1",
        "url.scheme": "http",
    }


def test_what_follows_an_event_continues_its_trace(exported: Exported) -> None:
    parents = []
    for name in ("first", "another"):
        with following(name, [None], {}):
            parents.append(traceparent())
    with following("second", parents, {"vcms.consumer": "cases.intake"}):
        pass
    first, another, second = exported.spans
    assert [link.context.span_id for link in second.links] == [ids(another).span_id]
    assert ids(second).trace_id == ids(first).trace_id
    assert second.parent is not None
    assert second.parent.span_id == ids(first).span_id
    assert dict(second.attributes or {}) == {"vcms.consumer": "cases.intake"}


def test_an_error_inside_a_span_leaves_no_text_there(exported: Exported) -> None:
    with pytest.raises(ValueError, match=CANARY), following("work", [], {}):
        raise ValueError(CANARY)
    assert CANARY not in exported.text
