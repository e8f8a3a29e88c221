"""The page of guarantees names tests that exist, and files that exist."""

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.architecture.tree import ROOT
from tests.plants.plants import PLANTS

ROW = re.compile(r"^\| (?P<promise>[^|]+) \| `(?P<test>[^`]+)` \| `(?P<file>[^`]+)` \|$")


class Guarantee(NamedTuple):
    promise: str
    test: str
    file: str


def guarantees(text: str) -> list[Guarantee]:
    return [Guarantee(*match.groups()) for line in text.splitlines() if (match := ROW.match(line))]


def not_collected(tests: set[str], root: Path) -> str:
    """What pytest says when one of the ids names nothing; empty when all are there."""
    result = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"),
            *sorted(tests),
        ],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if result.returncode == 0 else result.stdout + result.stderr


PAGE = (ROOT / "docs/guarantees.md").read_text(encoding="utf-8")


def test_every_line_of_a_table_is_a_guarantee() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("|") and "---" not in line]
    headings = lines.count("| promise | test | guards |")
    assert headings
    assert len(guarantees(PAGE)) == len(lines) - headings


def test_every_test_that_is_named_exists() -> None:
    assert not_collected({guarantee.test for guarantee in guarantees(PAGE)}, ROOT) == ""


def test_a_test_that_is_gone_is_found() -> None:
    gone = "tests/policy/test_disclosure.py::test_that_nobody_wrote"
    assert "test_that_nobody_wrote" in not_collected({gone}, ROOT)


def test_every_file_that_is_guarded_exists() -> None:
    assert [
        guarantee.file for guarantee in guarantees(PAGE) if not (ROOT / guarantee.file).is_file()
    ] == []


def test_no_promise_is_made_twice() -> None:
    promises = [guarantee.promise for guarantee in guarantees(PAGE)]
    assert len(promises) == len(set(promises))


def test_the_guard_of_every_planted_bug_is_a_guarantee() -> None:
    names = {guarantee.test.rpartition("::")[2] for guarantee in guarantees(PAGE)}
    assert {plant.guard.rpartition("::")[2] for plant in PLANTS} - names == set()
