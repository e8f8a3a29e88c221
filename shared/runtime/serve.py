"""Run one service in this process until SIGTERM or Ctrl-C."""

import gc
import sys
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from shared.runtime import logs, telemetry
from shared.runtime.settings import HttpSettings, TelemetrySettings, load

LAST_REQUESTS = 5
"""Seconds that requests have to end once the process is told to stop."""

TURN = 0.0005
"""Seconds that a thread computes while another wants to; Python's own is ten times that, which the
writer would wait for each time PostgreSQL has answered it."""

ALLOCATIONS = 10_000
"""Objects that may be made before the collector looks among the young; Python's own is 700."""


def serve(name: str, build: Callable[[], FastAPI]) -> None:
    """Serve what `build` makes. Settings come from the environment.

    Raises:
        SettingsAreWrong: a setting is missing or malformed.
    """
    logs.configure(name)
    telemetry.start(name, load(TelemetrySettings).otlp_endpoint)
    http = load(HttpSettings)
    config = uvicorn.Config(
        build(),
        host=http.http_host,
        port=http.http_port,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=LAST_REQUESTS,
    )
    keep_collector_off_what_stays()
    sys.setswitchinterval(TURN)
    logs.watch_stderr()
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run()


def keep_collector_off_what_stays() -> None:
    """What was made at the start lives as long as the program: the collector of cycles need not
    walk through it again and again, nor look for cycles as often as in a small program."""
    gc.freeze()
    gc.set_threshold(ALLOCATIONS)
