"""Run one service in this process until SIGTERM or Ctrl-C."""

import asyncio
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from shared.runtime import logs, telemetry
from shared.runtime.logs import failure, log
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
    asyncio.run(_serve(uvicorn.Server(config)))


async def _serve(server: uvicorn.Server) -> None:
    asyncio.get_running_loop().set_exception_handler(_unseen)
    await server.serve()


def _unseen(_: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """asyncio's own message holds the error's text."""
    error = context.get("exception")
    told = failure(error) if isinstance(error, BaseException) else {}
    log.error("unhandled_in_loop", **told)
