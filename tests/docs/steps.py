"""The steps of a page that teaches by doing: edits to make and commands to type, in its order.

A `diff` block begins with `+++ file`. A new file is lines with `+` alone; an edit has parts that
begin with `@@`, and the old lines of each must stand in the file exactly once. A `sh` block holds
commands that succeed, a `console` block one command and lines of what it prints, where `…` stands
for anything.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import FENCE, typed

LONGEST = 300
"""Seconds that a command may take before it counts as stuck."""


class PageIsStale(Exception):
    """What the page shows is not what happens."""


@dataclass(frozen=True, slots=True)
class Edit:
    """`old` becomes `new` in `file`; an empty `old` makes a new file."""

    file: str
    old: str
    new: str

    def take(self, copy: Path, _: Mapping[str, str]) -> None:
        target = copy / self.file
        if not self.old:
            return create(target, self.new)
        text = target.read_text(encoding="utf-8") if target.is_file() else ""
        if text.count(self.old) != 1:
            raise PageIsStale(f"found {text.count(self.old)} times in {self.file}:\n{self.old}")
        target.write_text(text.replace(self.old, self.new), encoding="utf-8")
        return None


@dataclass(frozen=True, slots=True)
class Command:
    """`shown`: lines of what it prints; where there are none it must succeed."""

    line: str
    shown: tuple[str, ...] = ()

    def take(self, copy: Path, environment: Mapping[str, str]) -> None:
        ran = subprocess.run(
            self.line.split(),
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST,
        )
        printed = ran.stdout + ran.stderr
        if not self.shown and ran.returncode != 0:
            raise PageIsStale(f"{self.line} ended with {ran.returncode}:\n{printed}")
        for line in self.shown:
            if not re.search(line_like(line), printed, re.MULTILINE):
                raise PageIsStale(f"{self.line} does not print {line!r}:\n{printed}")


def create(target: Path, text: str) -> None:
    if target.exists():
        raise PageIsStale(f"{target.name} is there already")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def line_like(shown: str) -> str:
    return "^" + ".*".join(map(re.escape, shown.split("…"))) + "$"


def steps(text: str) -> Iterator[Edit | Command]:
    for language, block in FENCE.findall(text):
        if language == "diff":
            yield from edits(block)
        elif language == "sh":
            yield from (Command(line) for line in typed(block))
        elif language == "console":
            prompt, *shown = block.splitlines()
            yield Command(prompt.removeprefix("$ "), tuple(shown))


def edits(block: str) -> Iterator[Edit]:
    for part in re.split(r"^\+\+\+ ", block, flags=re.MULTILINE)[1:]:
        file, _, change = part.partition("\n")
        for hunk in re.split(r"^@@\n", change, flags=re.MULTILINE):
            if hunk:
                yield Edit(file, side(hunk, "-"), side(hunk, "+"))


def side(hunk: str, sign: str) -> str:
    """The hunk's lines as they were (`-`) or will be (`+`)."""
    kept = [line[1:] for line in hunk.splitlines(keepends=True) if line[0] in {" ", sign, "\n"}]
    return "".join(kept)
