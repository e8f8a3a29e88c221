"""A service as a process of its own: over real sockets, and told to stop."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest

from cli.exit_codes import ExitCode
from deploy.local.ports import free_port
from tests.runtime.collector import METRICS, TRACES, Collector, collecting
from tests.runtime.register import CANARY

MEGABYTE = b"x" * 1_000_000
JSON = {"Content-Type": "application/json"}
PATIENCE = 15
"""Seconds to end: five for the last requests, five for the workers, and some to spare."""


@dataclass
class Running:
    process: subprocess.Popen[str]
    url: str

    def stop(self, how: signal.Signals) -> list[dict[str, object]]:
        """What it logged, once it has ended; fails if it takes too long."""
        self.process.send_signal(how)
        logged, _ = self.process.communicate(timeout=PATIENCE)
        return [json.loads(line) for line in logged.splitlines()]


@contextmanager
def serving(**settings: str) -> Iterator[Running]:
    port = free_port()
    environment = {**os.environ, **settings, "VCMS_HTTP_PORT": str(port)}
    command = [sys.executable, "-m", "tests.runtime.serving"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        running = Running(process, f"http://127.0.0.1:{port}")
        try:
            _wait_for(f"{running.url}/healthz")
            yield running
        finally:
            process.kill()


@pytest.fixture
def running() -> Iterator[Running]:
    with serving() as running:
        yield running


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the service does not answer")


def test_two_megabytes_are_refused_whether_or_not_their_length_is_told(running: Running) -> None:
    bodies: list[bytes | Iterator[bytes]] = [MEGABYTE * 2, iter([MEGABYTE, MEGABYTE])]
    for body in bodies:
        response = httpx.post(f"{running.url}/houses", content=body, headers=JSON)
        assert response.status_code == 413
        assert response.json()["type"] == "/problems/body-too-large"


def test_one_connection_goes_on_after_a_refused_body(running: Running) -> None:
    with httpx.Client(base_url=running.url, headers=JSON) as client:
        for content in (MEGABYTE * 2, b"[" * 10_000, b"\x00"):
            assert client.post("/houses", content=content).status_code in {400, 413}
            assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_within_seconds_and_logs_nothing_but_json(
    how: signal.Signals, running: Running
) -> None:
    logged = running.stop(how)
    assert [line["event"] for line in logged] == ["service_started", "service_stops"]
    assert {line["service"] for line in logged} == {"referrals"}


def test_a_missing_setting_is_one_line() -> None:
    code = "from shared.runtime.settings import KafkaSettings, load; load(KafkaSettings)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.stderr.splitlines()[-1].startswith(
        "shared.runtime.settings.SettingsAreWrong: VCMS_KAFKA_BOOTSTRAP is not set"
    )


def test_serve_tells_programs_too_which_settings_are_missing() -> None:
    without = {name: value for name, value in os.environ.items() if not name.startswith("VCMS_")}
    command = [sys.executable, "-m", "cli.main", "serve", "cases", "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, env=without)
    told = json.loads(ended.stdout)
    assert (ended.returncode, told["code"]) == (ExitCode.SETTINGS, "settings")
    assert told["error"].startswith("VCMS_KEYS_URL is not set")
    assert ended.stderr == ""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


def test_a_collector_gets_traces_and_metrics_without_what_was_asked_for(
    collector: Collector,
) -> None:
    with serving(VCMS_OTLP_ENDPOINT=collector.url) as running:
        httpx.get(f"{running.url}/houses/{CANARY}?{CANARY}", headers={"User-Agent": CANARY})
        httpx.get(f"{running.url}/broken/bug")
        running.stop(signal.SIGTERM)
    assert {path for path, _ in collector.received} == {TRACES, METRICS}
    for exported in (collector.got(TRACES), collector.got(METRICS)):
        assert b"vcms-referrals" in exported
        assert b"/houses/{house_id}" in exported
        assert CANARY.encode() not in exported
    for problem in (b"/problems/token-missing", b"/problems/unexpected-fault"):
        assert problem in collector.got(METRICS)


def test_a_collector_that_is_away_delays_nothing() -> None:
    with serving(VCMS_OTLP_ENDPOINT=f"http://127.0.0.1:{free_port()}") as running:
        assert httpx.get(f"{running.url}/houses").status_code == 401
        running.stop(signal.SIGINT)
