"""A planted bug: a patch to a copy of the repository, after which a named test must be red."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

LEFT_OUT = shutil.ignore_patterns(".*", "docs", "dist")
LONGEST = 400
"""Seconds that a run may take before it counts as stuck."""


class PlantIsStale(Exception):
    """The text that the bug replaces stands in the file not once, but never or several times."""


@dataclass(frozen=True, slots=True)
class Plant:
    """`old` becomes `new` in `file`; `guard` is the id of the test that must notice."""

    what: str
    file: str
    old: str
    new: str
    guard: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many tests passed, failed, or could not run at all; `report` is what pytest printed."""

    passed: int
    failed: int
    broken: int
    report: str

    @property
    def green(self) -> bool:
        return self.passed > 0 and self.failed == 0 and self.broken == 0

    @property
    def red(self) -> bool:
        """A test failed; one that could not even begin proves nothing."""
        return self.failed > 0 and self.broken == 0


def copy_of(repository: Path, target: Path) -> Path:
    return shutil.copytree(repository, target, ignore=LEFT_OUT)


def apply(plant: Plant, copy: Path) -> None:
    """Raises PlantIsStale: the code has changed, and the plant must follow it."""
    (copy / plant.file).write_text(patched(plant, copy), encoding="utf-8")


def patched(plant: Plant, repository: Path) -> str:
    """The file's text with the bug in it. Raises as `apply`."""
    text = (repository / plant.file).read_text(encoding="utf-8")
    if text.count(plant.old) != 1:
        raise PlantIsStale(f"{plant.what}: found {text.count(plant.old)} times in {plant.file}")
    return text.replace(plant.old, plant.new)


def run(copy: Path, *guards: str) -> Outcome:
    """Runs tests of the copy, against the code of the copy, in a program of their own."""
    results = copy / ".results.xml"
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", *guards, "-q", "--tb=short"),
            *("-p", "no:cacheprovider", f"--junitxml={results}"),
        ],
        cwd=copy,
        env=environment(copy),
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )
    if not results.exists():
        return Outcome(0, 0, 1, ran.stdout + ran.stderr)
    suite = ElementTree.parse(results).getroot().find("testsuite")
    assert suite is not None
    tests, failed, broken, skipped = (
        int(suite.get(count, "0")) for count in ("tests", "failures", "errors", "skipped")
    )
    return Outcome(tests - failed - broken - skipped, failed, broken, ran.stdout + ran.stderr)


def environment(copy: Path) -> dict[str, str]:
    """Ours, without what pytest tells its own programs; the copy's packages come first."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return {**plain, "PYTHONPATH": str(copy)}
