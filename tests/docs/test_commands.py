"""Every command that is shown is run by a test, or by somebody who is named here."""

from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, planted
from tests.docs.shown import ENDS_WITH, RUN_ELSEWHERE, TYPED_BY_ANOTHER_TEST, Shown, shown
from tests.docs.test_pages import targets, vcms_fault

every_command = pytest.mark.parametrize("command", shown(), ids=lambda c: f"{c.page}: {c.line}")


def test_the_two_main_commands_are_shown_first() -> None:
    first = [command.line for command in shown() if command.page == "README.md"][:2]
    assert first == ["make demo", "make test"]


@every_command
def test_a_command_is_run_by_somebody(command: Shown) -> None:
    if command.target is None:
        assert command.arguments is not None, "run it in test_commands_on_the_stack.py"
    else:
        assert command.target in targets(ROOT)
        assert command.target in RUN_ELSEWHERE


@every_command
def test_what_a_target_is_given_is_taken_by_the_command_behind_it(command: Shown) -> None:
    if command.target and command.given:
        assert vcms_fault([command.target, *command.given]) == ""


def test_nothing_is_excepted_that_is_not_shown() -> None:
    assert {command.target for command in shown()} - {None} == set(RUN_ELSEWHERE)
    assert set(ENDS_WITH) <= {command.line for command in shown()}
    assert all((ROOT / page).is_file() for page in TYPED_BY_ANOTHER_TEST)
    assert all((ROOT / test).is_file() for test in TYPED_BY_ANOTHER_TEST.values())


def test_a_command_that_nobody_runs_is_found(tmp_path: Path) -> None:
    text = "```sh\nmake coffee ARGS='--hot now'\nFORM=a vcms up --json\n./deploy --now\n```\n"
    root = planted(tmp_path, {"README.md": text, "services/README.md": text})
    make, vcms, other = shown(root)
    assert (make.target, make.given, make.arguments) == ("coffee", ["--hot", "now"], None)
    assert (vcms.target, vcms.arguments) == (None, ["up", "--json"])
    assert (other.target, other.arguments) == (None, None)
