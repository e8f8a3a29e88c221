"""Run one service in this process until SIGTERM or Ctrl-C."""

from collections.abc import Callable
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from shared.runtime import logs, telemetry
from shared.runtime.settings import HttpSettings, TelemetrySettings, load

LAST_REQUESTS = 5
"""Seconds that requests have to end once the process is told to stop."""


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
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run()
