"""What the pages show works, what they name exists, and their links lead somewhere."""

import importlib.util
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.architecture.tree import ROOT, planted
from tests.docs.pages import Page, pages, typed

PATH = re.compile(r"^(bench|cli|deploy|docs|services|shared|tests)/[\w./-]+$")
PLACEHOLDER = re.compile(r"/[A-Z][A-Z-]*(/|$)")
ASSIGNMENT = re.compile(r"^[A-Z_]+=")
TARGETS = re.compile(r"^([\w -]+):(?!=)", re.MULTILINE)
ELSEWHERE = {
    *("cat", "cd", "cp", "curl", "export", "git", "jq", "mkdir", "psql", "sha256sum"),
    *("alembic", "mypy", "pytest", "python", "ruff", "uv"),
}
"""Programs whose own arguments are not ours to test."""

every_page = pytest.mark.parametrize("page", pages(ROOT), ids=lambda page: str(page.path))


def dead_links(page: Page, root: Path) -> list[str]:
    folder = (root / page.path).parent
    return [link for link in page.links if link and not (folder / link).exists()]


def dead_paths(page: Page, root: Path) -> list[str]:
    """Files and folders of this repository that the page names in backticks."""
    return [
        text
        for text in page.code
        if PATH.match(text) and not PLACEHOLDER.search(text) and not (root / text).exists()
    ]


def wrong_commands(page: Page, root: Path) -> list[str]:
    return [
        f"{line}: {fault}"
        for line in page.commands
        for part in re.split(r"\s(?:\||&&|>|<)\s", line)
        if (fault := fault_of(shlex.split(part), root))
    ]


def fault_of(words: list[str], root: Path) -> str:
    """Why this cannot be typed; empty if it can. Nothing is run."""
    program, *arguments = [word for word in words if not ASSIGNMENT.match(word)] or ["cd"]
    name = Path(program).name
    if name == "make":
        return ", ".join(f"no target {word}" for word in arguments if word not in targets(root))
    if name == "vcms":
        return vcms_fault(arguments)
    if name == "python" and arguments[:1] == ["-m"]:
        return "" if importlib.util.find_spec(arguments[1]) else f"no module {arguments[1]}"
    if "/" in program and not program.startswith(".venv/"):
        return "" if (root / program).is_file() else f"no file {program}"
    return "" if name in ELSEWHERE else f"unknown program {name}"


def targets(root: Path) -> set[str]:
    """What `make` knows; several may share a line."""
    text = (root / "Makefile").read_text(encoding="utf-8")
    return {name for names in TARGETS.findall(text) for name in names.split()}


def vcms_fault(arguments: list[str]) -> str:
    """Parsed as when typed, unknown options and all; but `--help` comes first, so nothing runs."""
    result = CliRunner().invoke(app, [*arguments, "--help"])
    return "" if result.exit_code == 0 else result.output.strip().splitlines()[-1]


@every_page
def test_every_link_leads_somewhere(page: Page) -> None:
    assert dead_links(page, ROOT) == []


@every_page
def test_every_path_that_is_named_exists(page: Page) -> None:
    assert dead_paths(page, ROOT) == []


@every_page
def test_every_command_that_is_shown_can_be_typed(page: Page) -> None:
    assert wrong_commands(page, ROOT) == []


def test_a_page_that_lies_is_found(tmp_path: Path) -> None:
    text = """
See [this](gone.md), [that](lie.md#part), [there](https://example.org/gone).
`docs/lie.md` `docs/gone.md` `services/cases/gone.py` `services/NAME/` `a/b`

```sh
make here   # and not there
make there
VCMS_HOME=x make here ARGS="--fast"
vcms up --no-such-option | cat
vcms no-such-command
vcms up \\
  --help
python -m no_such_module
./no/such/program && frobnicate
```

```
make nowhere
not a command
```
"""
    root = planted(tmp_path, {"Makefile": "V := 1\nhere also: V\n\techo\n", "docs/lie.md": text})
    (page,) = pages(root)
    assert dead_links(page, root) == ["gone.md"]
    assert dead_paths(page, root) == ["docs/gone.md", "services/cases/gone.py"]
    wrong = [fault.partition(": ")[0] for fault in wrong_commands(page, root)]
    assert wrong == [
        *("make there", "vcms up --no-such-option | cat", "vcms no-such-command"),
        *("python -m no_such_module", *["./no/such/program && frobnicate"] * 2, "make nowhere"),
    ]


def test_only_what_is_typed_is_a_command() -> None:
    block = "$ make up\nPostgreSQL is up\n$ make down\n"
    assert list(typed(block)) == ["make up", "make down"]
    assert list(typed("# first\n\nmake up  # then\n")) == ["make up"]
