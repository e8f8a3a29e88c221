"""Each planted bug is noticed by the test that guards against it."""

import ast
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.plants.planting import Plant, apply, copy_of, patched, run
from tests.plants.plants import PLANTS

every_plant = pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.what)


@every_plant
def test_the_place_of_the_bug_is_there(plant: Plant) -> None:
    ast.parse(patched(plant, ROOT))


@pytest.mark.stack
def test_every_guard_is_green_without_a_bug(tmp_path: Path) -> None:
    outcome = run(copy_of(ROOT, tmp_path / "copy"), *{plant.guard for plant in PLANTS})
    assert outcome.green, outcome.report


@pytest.mark.stack
@every_plant
def test_the_guard_is_red_with_the_bug(plant: Plant, tmp_path: Path) -> None:
    copy = copy_of(ROOT, tmp_path / "copy")
    apply(plant, copy)
    outcome = run(copy, plant.guard)
    assert outcome.red, outcome.report
