"""The pages that people read: what they show, name and link to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
OURS = ("make ", "vcms ", ".venv/")
"""How a command begins in a block that does not say what it holds."""

SHELL = {"sh", "shell", "bash", "console"}


@dataclass(frozen=True)
class Page:
    """One Markdown file; `path` is relative to the repository."""

    path: Path
    text: str

    @property
    def prose(self) -> str:
        return FENCE.sub("", self.text)

    @property
    def links(self) -> Iterator[str]:
        """Targets in this repository, without the part of the page."""
        for target in LINK.findall(self.prose):
            if not target.startswith(("http:", "https:", "mailto:", "#")):
                yield target.partition("#")[0]

    @property
    def code(self) -> list[str]:
        """What stands between single backticks."""
        return CODE.findall(self.prose)

    @property
    def commands(self) -> Iterator[str]:
        """What a reader is told to type, one line each, without prompt and comment."""
        for language, block in FENCE.findall(self.text):
            if language in SHELL:
                yield from typed(block)
            elif not language:
                yield from (line for line in typed(block) if line.startswith(OURS))


def typed(block: str) -> Iterator[str]:
    joined = re.sub(r"\\\n\s*", "", block)
    lines = [line.strip() for line in joined.splitlines()]
    if any(line.startswith("$ ") for line in lines):
        lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    for line in lines:
        command = re.sub(r"\s+#\s.*$", "", line)
        if command and not command.startswith("#"):
            yield command


def pages(root: Path) -> list[Page]:
    """The README, all of docs, and the README of every folder of ours."""
    folders = ("bench", "cli", "deploy", "docs", "services", "shared", "tests")
    found = {
        *root.glob("*.md"),
        *(path for name in folders for path in (root / name).rglob("*.md")),
    }
    return [
        Page(path.relative_to(root), path.read_text(encoding="utf-8")) for path in sorted(found)
    ]
