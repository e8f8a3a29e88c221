"""The lists in docs/ that are made from code."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from shared.contracts.refused import Refused
from shared.runtime import problems_page
from shared.runtime.problems import Trouble, explanation, type_of
from shared.runtime.settings import CONCERNS, variable
from shared.runtime.settings_page import TOOLS, page

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"
PAGES = {
    "settings.md": ["shared.runtime.settings_page"],
    "problems.md": ["shared.runtime.problems_page", "services", "shared.vault.errors"],
}


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_not_stale(name: str) -> None:
    command = [sys.executable, "-m", *PAGES[name]]
    made = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    stands = (DOCS / name).read_text(encoding="utf-8")
    assert made == stands, f"stale: python -m {' '.join(PAGES[name])} > docs/{name}"


def test_every_problem_says_more_than_its_name() -> None:
    assert [type_of(kind) for kind in troubles() if not explanation(kind)] == []


def test_a_rule_that_finds_a_request_wrong_names_the_field_of_its_body() -> None:
    nameless = {
        type_of(kind)
        for kind in troubles()
        if issubclass(kind, Refused) and kind.status == 422 and not kind.field
    }
    assert nameless == {"/problems/no-such-tree", "/problems/parts-are-missing"}, "of no body"


def troubles() -> list[Trouble]:
    found = problems_page.troubles(PAGES["problems.md"][1:])
    return [kind for kinds in found for kind in kinds]


@pytest.mark.parametrize("folder", ["cli", "deploy", "services", "shared"])
def test_every_variable_that_the_code_names_is_on_the_page_of_settings(folder: str) -> None:
    named = {
        name
        for file in (REPOSITORY / folder).rglob("*.py")
        for name in re.findall(r"\bVCMS_[A-Z0-9_]+", file.read_text(encoding="utf-8"))
    }
    listed = set(re.findall(r"^\| `(VCMS_\w+)`", page(), re.MULTILINE))
    assert named <= listed


def test_a_service_has_no_setting_of_the_tools() -> None:
    of_services = {variable(field) for concern in CONCERNS for field in concern.model_fields}
    assert of_services.isdisjoint(tool.variable for tool in TOOLS)
