"""A raw ASGI echo on uvicorn with httptools and uvloop, in a program of its own: HTTP, server and
load together, and nothing behind them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat

from bench.cpu import spending
from bench.http_load import Address, Request, closed_loop
from bench.latency import latencies
from bench.results import Sample
from bench.rounds import Void
from bench.servers import fresh
from deploy.local import ports
from deploy.local.ports import HOST
from deploy.local.supervision import plain_environment, spawn, wait_until

BODY = b"x" * 300
CONNECTIONS = 32
SECONDS = 3.0


@contextmanager
def echoing() -> Iterator[Address]:
    directory, port = fresh("echo"), ports.free_port()
    program = [sys.executable, "-m", "bench.command_api.serve", "raw"]
    environment = {**plain_environment(), "PYTHONPATH": ":".join(sys.path)}
    environment["VCMS_HTTP_PORT"] = str(port)
    running = spawn(program, directory=directory, environment=environment)
    try:
        wait_until(lambda: ports.answers(port), "the echo", running, directory / "log")
        yield Address(HOST, port)
    finally:
        running.kill()


def echoed(address: Address) -> Sample:
    """Bodies of 300 bytes over 32 connections."""
    with spending() as spent:
        load = closed_loop(address, repeat(Request(b"POST", b"/", (), BODY)), CONNECTIONS, SECONDS)
    if set(load.statuses) != {200}:
        raise Void(f"answered {dict(load.statuses)}")
    return {
        "requests_per_s": load.rate,
        **latencies(load.latencies),
        "cpu_ms_per_request": 1000 * spent.cpu / len(load.latencies),
    }
