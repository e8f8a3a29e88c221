"""`python -m bench [ROW…]`: measures what has not been measured yet, then writes the page."""

import argparse
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime

from bench.home import home
from bench.machine import described
from bench.page import write_page
from bench.results import RESULTS
from bench.rounds import Journal, say
from bench.rows import ROWS
from bench.workload import Workload


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    keys = [row.key for row in ROWS]
    arguments.add_argument("rows", nargs="*", choices=[*keys, []], help="only these")
    wanted = arguments.parse_args().rows or keys
    measure([row for row in ROWS if row.key in wanted])
    write_page()


def measure(rows: Sequence[Workload]) -> None:
    """Goes on where an earlier run was broken off; a row that is whole replaces the last one."""
    under_way = home() / "measured"
    for row in rows:
        path = under_way / f"{row.key}.json"
        done = under_way / f"{row.key}.done"
        if done.exists():
            say(f"{row.key}: measured already")
            continue
        journal = Journal(path, row.key, row.rounds)
        journal.row.measured_on = f"{datetime.now(UTC):%Y-%m-%d}, {described()}"
        say(f"{row.key}: {row.title}, {row.rounds} rounds")
        row.play(journal)
        journal.save()
        done.touch()
    for row in rows:
        shutil.copy(under_way / f"{row.key}.json", RESULTS / f"{row.key}.json")
    for row in rows:
        (under_way / f"{row.key}.json").unlink()
        (under_way / f"{row.key}.done").unlink()


if __name__ == "__main__":
    main()
