"""UmaDB's server on the benchmark's disk, with a data folder of its own."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from umadb import Client, TransportError

from bench.rounds import Void
from bench.servers import fresh
from deploy.local.ports import HOST, free_port

PROGRAM = Path(sys.executable).with_name("umadb")
PATIENCE = 15.0
"""Seconds in which it must answer."""


@contextmanager
def running_umadb() -> Iterator[str]:
    """Its address. Raises Void: it did not start."""
    directory, port = fresh("umadb"), free_port()
    with (directory / "log").open("wb") as log:
        server = subprocess.Popen(
            [PROGRAM, "--listen", f"{HOST}:{port}", "--db-path", directory / "events"],
            stdout=log,
            stderr=log,
        )
    try:
        url = f"http://{HOST}:{port}"
        wait_for(url)
        yield url
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(directory, ignore_errors=True)


def wait_for(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            Client(url).head()
        except (TransportError, OSError):
            time.sleep(0.05)
        else:
            return
    raise Void("the server did not start")
