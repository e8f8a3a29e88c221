"""Files and functions stay small enough to be read at once."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median, quantiles

import pytest

from tests.architecture.tree import PRODUCT, ROOT, TOOLS, Function, Module, modules, planted

LONGEST_FILE = 400
SHARED_LINES_OF_CODE = 5650


def summary(lengths: Sequence[int]) -> tuple[float, float, int]:
    """Median, 95th percentile and maximum."""
    return median(lengths), quantiles(lengths, n=20, method="inclusive")[-1], max(lengths)


def file_lengths(source: Iterable[Module]) -> list[int]:
    return [module.length for module in source if module.length]


def function_lengths(source: Iterable[Module]) -> list[int]:
    return [length(function) for module in source for function in module.functions]


def length(function: Function) -> int:
    """Lines from `def` to the end, docstring included."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_files_are_short() -> None:
    middle, most, longest = summary(file_lengths(modules(ROOT, *PRODUCT, *TOOLS)))
    assert middle <= 90
    assert most <= 250
    assert longest <= LONGEST_FILE


def test_no_test_file_is_longer_than_a_file_may_be() -> None:
    assert [module.path for module in modules(ROOT, "tests") if module.length > LONGEST_FILE] == []


def test_functions_are_short() -> None:
    middle, most, _ = summary(function_lengths(modules(ROOT, *PRODUCT, *TOOLS)))
    assert middle <= 8
    assert most <= 30


def test_what_services_share_stays_small() -> None:
    generic = [
        module
        for module in modules(ROOT, "shared")
        if not module.name.startswith(("shared.contracts", "shared.vocabulary"))
    ]
    assert sum(module.lines_of_code for module in generic) <= SHARED_LINES_OF_CODE


@pytest.mark.parametrize("lines", [1, 7, 400])
def test_lengths_are_counted_as_they_are(tmp_path: Path, lines: int) -> None:
    body = "    x = 1\n" * (lines - 1)
    planted(tmp_path, {"shared/a.py": f"def f(x=1):\n{body}" if body else "def f(x=1): ...\n"})
    source = modules(tmp_path, "shared")
    assert file_lengths(source) == [lines]
    assert function_lengths(source) == [lines]


def test_comments_docstrings_and_blank_lines_are_no_code(tmp_path: Path) -> None:
    text = '"""Two\nlines."""\n\n# one\nx = (\n    1\n)  # three\n\n\ndef f():\n    """One."""\n'
    planted(tmp_path, {"shared/a.py": text})
    (module,) = modules(tmp_path, "shared")
    assert module.lines_of_code == 4


def test_the_95th_percentile_is_told_from_the_median() -> None:
    assert summary([5] * 90 + [100] * 10) == (5, 100, 100)
    assert summary([5] * 96 + [100] * 4) == (5, 5, 100)
