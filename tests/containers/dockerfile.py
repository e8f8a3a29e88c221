"""What the Dockerfile says, instruction by instruction, and what the build may see."""

import json
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Instruction:
    """`stage` counts from 0."""

    stage: int
    name: str
    text: str

    @property
    def words(self) -> Sequence[str]:
        """Without options; of a JSON list, its members."""
        if self.text.startswith("["):
            return [str(word) for word in json.loads(self.text)]
        return [word for word in shlex.split(self.text) if not word.startswith("--")]

    @property
    def options(self) -> Mapping[str, str]:
        found = re.findall(r"--([\w-]+)=(\S+)", self.text)
        return dict(found)


def instructions(text: str) -> list[Instruction]:
    joined = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    stage, found = -1, []
    for line in filter(None, map(str.strip, joined.splitlines())):
        name, _, rest = line.partition(" ")
        stage += name.upper() == "FROM"
        found.append(Instruction(stage, name.upper(), rest.strip()))
    return found


def is_sent(path: str, patterns: Iterable[str]) -> bool:
    """Whether the build sees a file; the last pattern that matches it decides."""
    parents = [str(parent) for parent in PurePosixPath(path).parents if str(parent) != "."]
    sent = True
    for pattern in patterns:
        again = pattern.startswith("!")
        wanted = pattern.removeprefix("!")
        if any(matches(candidate, wanted) for candidate in (path, *parents)):
            sent = again
    return sent


def matches(path: str, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return fnmatch(PurePosixPath(path).name, pattern.removeprefix("**/"))
    if "/" not in pattern and "/" in path:
        return False
    return fnmatch(path, pattern)


def ignored(text: str) -> list[str]:
    """The patterns of a .dockerignore."""
    lines = map(str.strip, text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]
