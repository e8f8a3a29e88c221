"""Which rows are measured, and when a run does not begin."""

from pathlib import Path

import pytest

from bench.__main__ import asked
from bench.home import CannotMeasure, alone
from bench.rows import ROWS


def test_all_rows_are_measured_when_none_is_named() -> None:
    assert list(asked([])) == list(ROWS)


def test_only_named_rows_are_measured() -> None:
    assert [row.key for row in asked(["replay", "append"])] == ["append", "replay"]


def test_an_unknown_row_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        asked(["appendix"])
    assert "no row appendix; there are append, " in capsys.readouterr().err


def test_two_runs_do_not_disturb_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VCMS_BENCH_HOME", str(tmp_path))
    with alone(needed=0), pytest.raises(CannotMeasure, match="Another run"), alone(needed=0):
        pass


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VCMS_BENCH_HOME", str(tmp_path))
    with pytest.raises(CannotMeasure, match="GiB free"), alone(needed=2**60):
        pass
