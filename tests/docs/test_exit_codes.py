"""The page that tells how `vcms` ends tells all of it."""

import re

from cli.exit_codes import ExitCode
from tests.architecture.tree import ROOT

PAGE = (ROOT / "docs/how-to/run-the-stack.md").read_text(encoding="utf-8")


def test_every_exit_code_is_told() -> None:
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)] == list(ExitCode)


def test_they_are_said_to_be_those_of_vcms_not_of_make() -> None:
    before, _, _ = PAGE.partition("| code | meaning |")
    paragraph = before.rstrip().rpartition("\n\n")[2]
    assert "`make` itself ends with 2" in paragraph
    assert "Scripts call `vcms`" in paragraph
