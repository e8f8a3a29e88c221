"""What the README, CONTRIBUTING and docs tell a reader to type, and how a test is to treat it."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.tree import ROOT
from tests.docs.pages import Page, pages

TYPED_BY_ANOTHER_TEST = {"docs/ten-minutes.md": "tests/docs/test_ten_minutes.py"}
"""Pages whose commands are typed in their own order, in a copy of the repository."""

RUN_ELSEWHERE: Mapping[str, str] = {
    "demo": "CI, and tests/scenarios plays the story",
    "up": "tests/local_stack",
    "down": "tests/local_stack",
    "reset": "tests/local_stack",
    "status": "tests/local_stack",
    "test": "it is what runs this test",
    "test-fast": "it is a part of `make test`",
    "lint": "CI",
    "bench": "who writes docs/benchmarks.md: it takes up to two hours",
    "bench-quick": "tests/bench compares; it measures for three minutes",
}
"""Targets of the Makefile that a test does not run, and who does."""

ENDS_WITH = {"vcms serve cases": 11, "vcms migrate cases": 11}
"""Exit codes other than 0: a service alone has no settings here, and says so."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One line that a page tells to type."""

    page: str
    line: str

    @property
    def words(self) -> list[str]:
        """Without what is set for this line alone."""
        return [word for word in shlex.split(self.line) if not re.match(r"[A-Z_]+=", word)]

    @property
    def target(self) -> str | None:
        """Of `make`; None for another program."""
        return self.words[1] if self.words[0] == "make" else None

    @property
    def given(self) -> Sequence[str]:
        """What a target of `make` passes on: the words of ARGS."""
        words = shlex.split(self.line)
        return [w for word in words if word.startswith("ARGS=") for w in word[5:].split()]

    @property
    def arguments(self) -> Sequence[str] | None:
        """Of `vcms`; None for another program."""
        name = Path(self.words[0]).name
        return self.words[1:] if name == "vcms" else None


def shown(root: Path = ROOT) -> list[Shown]:
    return [
        Shown(str(page.path), line)
        for page in guides(root)
        if str(page.path) not in TYPED_BY_ANOTHER_TEST
        for line in page.commands
    ]


def guides(root: Path) -> list[Page]:
    """What people read before they look at code."""
    return [
        page
        for page in pages(root)
        if page.path.name == "CONTRIBUTING.md"
        or page.path == Path("README.md")
        or page.path.parts[0] == "docs"
    ]


def script(page: str) -> str:
    """All Python that a page shows, as one program."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


def promised(program: str) -> list[str]:
    """What each `print(…)  # …` is said to print."""
    return re.findall(r"print\(.*\)  # (.*)$", program, re.MULTILINE)
