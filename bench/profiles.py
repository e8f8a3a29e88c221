"""`python -m bench.profiles ROW…`: where the time goes, as a flame graph of each row.

py-spy looks two hundred times a second at every thread of our contestant that works, and draws
bench/results/profiles/ROW.svg. What a thread waits for, such as PostgreSQL, is not in the picture.
"""

import argparse
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from bench.append import vcms as appending
from bench.command_api.row import Contestant
from bench.command_api.world import world
from bench.product import product
from bench.replay import vcms as replaying
from bench.replay.history import filled
from bench.results import OURS, RESULTS
from bench.servers import running_postgres

PROFILES = RESULTS / "profiles"
SET_TRACER, ANY_PROCESS = 0x59616D61, -1
"""Linux's prctl: whoever may look at this process; else only those that started it."""
EVENTS = 100_000
ROUNDS = 3


def append() -> None:
    with running_postgres("profile") as postgres:
        ours = product(postgres)
        with looked_at("append"):
            for _ in range(ROUNDS):
                appending.play(ours, None, 32)


def replay() -> None:
    with running_postgres("profile") as postgres:
        ours = product(postgres)
        database = filled(ours, EVENTS)
        with looked_at("replay"):
            for _ in range(ROUNDS):
                replaying.read(ours, database, EVENTS)


def rebuild() -> None:
    with running_postgres("profile") as postgres:
        ours = product(postgres)
        database = filled(ours, EVENTS)
        with looked_at("rebuild"):
            replaying.rebuild(ours, database, EVENTS)


def command_api() -> None:
    """The service's own program: this needs the right to look at another one's."""
    with world("profile") as served:
        cases = served.serving("cases")
        ours = Contestant(served, OURS, cases, count(1))
        ours.at_capacity()
        with looked_at("command_api", cases.running.pid):
            for _ in range(ROUNDS):
                ours.at_capacity()


PLAYS: Mapping[str, Callable[[], None]] = {
    "append": append,
    "replay": replay,
    "rebuild": rebuild,
    "command_api": command_api,
}


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m bench.profiles", description=__doc__)
    arguments.add_argument("rows", nargs="*", choices=[*PLAYS, []], help="only these")
    for row in arguments.parse_args().rows or PLAYS:
        PLAYS[row]()


@contextmanager
def looked_at(row: str, pid: int | None = None) -> Iterator[None]:
    """Draws what the process `pid`, or this one, does within the block."""
    PROFILES.mkdir(parents=True, exist_ok=True)
    drawn = PROFILES / f"{row}.svg"
    ctypes.CDLL(None).prctl(SET_TRACER, ctypes.c_ulong(ANY_PROCESS))
    words = ["--rate", "200", "--function", "--format", "flamegraph", "--output", str(drawn)]
    program = Path(sys.executable).with_name("py-spy")
    with subprocess.Popen(
        [program, "record", "--pid", str(pid or os.getpid()), *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as looking:
        try:
            yield
        finally:
            looking.send_signal(signal.SIGINT)
    drawn.write_text(without_places(drawn.read_text()))


def without_places(svg: str) -> str:
    """No folder of this machine stands in the picture: paths begin with their package."""
    for place in sorted({*sys.path, sys.prefix, sys.base_prefix, str(Path.cwd())}, reverse=True):
        if len(place) > 1:
            svg = svg.replace(f"{place}/", "")
    return svg


if __name__ == "__main__":
    main()
