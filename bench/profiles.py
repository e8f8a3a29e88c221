"""`python -m bench.profiles ROW…`: where the time goes, as a flame graph of each row.

py-spy looks a hundred times a second at every thread of our contestant and draws
bench/results/profiles/ROW.svg; without a row's name it plays what is looked at, once.
"""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.append import vcms as appending
from bench.product import product
from bench.replay import vcms as replaying
from bench.replay.history import filled
from bench.results import RESULTS
from bench.servers import running_postgres

PROFILES = RESULTS / "profiles"
PLAYED = "VCMS_BENCH_PLAYED"
"""Set in the program that is looked at: which row it plays."""
EVENTS = 100_000
ROUNDS = 3


def append() -> None:
    with running_postgres("profile") as postgres:
        ours = product(postgres)
        for _ in range(ROUNDS):
            appending.play(ours, None, 32)


def replay() -> None:
    with running_postgres("profile") as postgres:
        ours = product(postgres)
        database = filled(ours, EVENTS)
        for _ in range(ROUNDS):
            replaying.read(ours, database, EVENTS)


def rebuild() -> None:
    with running_postgres("profile") as postgres:
        ours = product(postgres)
        database = filled(ours, EVENTS)
        replaying.rebuild(ours, database, EVENTS)


PLAYS: Mapping[str, Callable[[], None]] = {"append": append, "replay": replay, "rebuild": rebuild}


def main() -> None:
    if played := os.environ.get(PLAYED):
        PLAYS[played]()
        return
    arguments = argparse.ArgumentParser(prog="python -m bench.profiles", description=__doc__)
    arguments.add_argument("rows", nargs="*", choices=[*PLAYS, []], help="only these")
    for row in arguments.parse_args().rows or PLAYS:
        draw(row)


def draw(row: str) -> None:
    PROFILES.mkdir(parents=True, exist_ok=True)
    drawn = PROFILES / f"{row}.svg"
    subprocess.run(
        [
            *(Path(sys.executable).with_name("py-spy"), "record", "--rate", "100"),
            *("--function", "--format", "flamegraph", "--output", drawn),
            *("--", sys.executable, "-m", "bench.profiles"),
        ],
        env={**os.environ, PLAYED: row},
        check=True,
    )
    drawn.write_text(without_places(drawn.read_text()))


def without_places(svg: str) -> str:
    """No folder of this machine stands in the picture: paths begin with their package."""
    for place in sorted({*sys.path, sys.prefix, sys.base_prefix, str(Path.cwd())}, reverse=True):
        if len(place) > 1:
            svg = svg.replace(f"{place}/", "")
    return re.sub(r"\(/[^ )]*/", "(", svg)


if __name__ == "__main__":
    main()
