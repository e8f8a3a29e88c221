"""`python -m bench [ROW…]`: measures what has not been measured yet, then writes the page."""

import argparse
import shutil
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.home import CannotMeasure, alone, home
from bench.machine import described
from bench.page import NoPlace, write_page
from bench.results import RESULTS
from bench.rounds import Journal, say
from bench.rows import ROWS
from bench.workload import Workload
from deploy.local.refusals import CannotStart

INTERRUPTED = 130
"""The exit code that shells give to whoever was told to stop."""


def main() -> int:
    # Told to end, it ends its servers first, as for Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    rows = asked(sys.argv[1:])
    try:
        write_page()
        with alone():
            measure(rows)
    except (CannotMeasure, CannotStart, NoPlace) as refusal:
        say(str(refusal))
        return 1
    except KeyboardInterrupt:
        say("Broken off; the same command goes on from here.")
        return INTERRUPTED
    return 0


def asked(words: Sequence[str]) -> Sequence[Workload]:
    """The rows that are named; all when none is."""
    arguments = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    keys = ", ".join(row.key for row in ROWS)
    arguments.add_argument("rows", nargs="*", metavar="ROW", help=f"of {keys}; all if none")
    wanted = set(arguments.parse_args(words).rows)
    if unknown := wanted - {row.key for row in ROWS}:
        arguments.error(f"no row {', '.join(sorted(unknown))}; there are {keys}")
    return [row for row in ROWS if row.key in wanted or not wanted]


def measure(rows: Sequence[Workload]) -> None:
    """Goes on where an earlier run was broken off; a row that is whole replaces the last one."""
    under_way = home() / "measured"
    for row in rows:
        done = under_way / f"{row.key}.done"
        if done.exists():
            say(f"{row.key}: measured already")
            continue
        path = under_way / f"{row.key}.json"
        play(row, path)
        shutil.copy(path, RESULTS / path.name)
        done.touch()
        write_page()
    for row in rows:
        (under_way / f"{row.key}.json").unlink()
        (under_way / f"{row.key}.done").unlink()


def play(row: Workload, path: Path) -> None:
    journal = Journal(path, row.key, row.rounds)
    journal.row.measured_on = f"{datetime.now(UTC):%Y-%m-%d}, {described()}"
    say(f"{row.key}: {row.title}, {row.rounds} rounds")
    row.play(journal)
    journal.save()


if __name__ == "__main__":
    sys.exit(main())
