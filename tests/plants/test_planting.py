"""The mechanism of the planted bugs, tried on a repository of three lines."""

from pathlib import Path

import pytest

from tests.architecture.tree import planted
from tests.plants.planting import Plant, PlantIsStale, apply, copy_of, run

GUARD = "tests/test_lamp.py::test_a_lamp_is_lit"
BUG = Plant("it stays dark", "shared/lamp.py", "LIT = True", "LIT = False", GUARD)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    repository = planted(
        tmp_path / "repository",
        {
            "pyproject.toml": "[tool.pytest.ini_options]\n",
            "shared/__init__.py": "",
            "shared/lamp.py": "LIT = True\n",
            "tests/test_lamp.py": "def test_a_lamp_is_lit():\n"
            "    from shared.lamp import LIT\n"
            "    assert LIT\n",
            ".git/config": "",
        },
    )
    return copy_of(repository, tmp_path / "copy")


def test_the_guard_runs_against_the_copy(copy: Path) -> None:
    assert run(copy, GUARD).green
    apply(BUG, copy)
    assert run(copy, GUARD).red


def test_the_repository_itself_is_left_as_it_is(copy: Path, tmp_path: Path) -> None:
    apply(BUG, copy)
    assert (tmp_path / "repository/shared/lamp.py").read_text() == "LIT = True\n"
    assert not (copy / ".git").exists()


@pytest.mark.parametrize("text", ["DARK = True\n", "LIT = True\nLIT = True\n"])
def test_a_bug_whose_place_is_not_found_once_says_so(copy: Path, text: str) -> None:
    planted(copy, {"shared/lamp.py": text})
    with pytest.raises(PlantIsStale):
        apply(BUG, copy)


@pytest.mark.parametrize(
    "guard", ["tests/test_lamp.py::test_nothing", "tests/none.py", "tests/test_broken.py"]
)
def test_a_guard_that_cannot_run_is_neither_green_nor_red(copy: Path, guard: str) -> None:
    planted(copy, {"tests/test_broken.py": "import nothing_of_that_name\n"})
    outcome = run(copy, guard)
    assert not outcome.green
    assert not outcome.red


def test_a_guard_that_is_skipped_is_not_green(copy: Path) -> None:
    planted(
        copy, {"tests/test_late.py": "import pytest\ndef test_a():\n    pytest.skip('later')\n"}
    )
    assert not run(copy, "tests/test_late.py").green
