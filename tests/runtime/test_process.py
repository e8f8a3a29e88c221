"""A service as a process of its own: over real sockets, and told to stop."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from deploy.local.ports import free_port

MEGABYTE = b"x" * 1_000_000
JSON = {"Content-Type": "application/json"}


@dataclass
class Running:
    process: subprocess.Popen[str]
    url: str

    def stop(self, how: signal.Signals) -> list[dict[str, object]]:
        """What it logged, once it has ended; fails if it takes more than ten seconds."""
        self.process.send_signal(how)
        logged, _ = self.process.communicate(timeout=10)
        return [json.loads(line) for line in logged.splitlines()]


@pytest.fixture
def running() -> Iterator[Running]:
    port = free_port()
    environment = {**os.environ, "VCMS_HTTP_PORT": str(port)}
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


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 20
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
