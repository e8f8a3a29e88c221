"""Contestants play in turn, a run that was broken off goes on, and a failed check voids."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bench.results import Row, Sample
from bench.rounds import Journal, Trial, Void

A, B = "a", "b"


class BrokenOff(Exception):
    """Somebody pressed Ctrl-C."""


def trial(name: str, played: list[str], play: Callable[[], None] = lambda: None) -> Trial:
    def once() -> Sample:
        play()
        played.append(name)
        return {"events_per_s": float(len(played))}

    return Trial(name, "32 clients", once)


def test_rounds_are_interleaved(tmp_path: Path) -> None:
    played: list[str] = []
    Journal(tmp_path / "row.json", "row", 3).play([trial(A, played), trial(B, played)])
    assert played == [A, B, A, B, A, B]


def test_a_run_that_was_broken_off_goes_on_and_repeats_nothing(tmp_path: Path) -> None:
    path, played = tmp_path / "row.json", list[str]()

    def breaking() -> None:
        if len(played) == 3:
            raise BrokenOff

    with pytest.raises(BrokenOff):
        Journal(path, "row", 3).play([trial(A, played), trial(B, played, breaking)])
    assert played == [A, B, A]
    again = Journal(path, "row", 3)
    again.play([trial(A, played), trial(B, played)])
    assert played == [A, B, A, B, A, B]
    assert [[s["events_per_s"] for s in one.rounds] for one in Row.read(path).series] == [
        [1, 3, 5],
        [2, 4, 6],
    ]


def test_a_contestant_that_fails_a_check_plays_no_more_and_has_no_figure(tmp_path: Path) -> None:
    played: list[str] = []

    def failing() -> None:
        if played.count(B) == 1:
            raise Void("a row is missing")

    path = tmp_path / "row.json"
    Journal(path, "row", 3).play([trial(A, played), trial(B, played, failing)])
    assert played == [A, B, A, A]
    kept = Row.read(path)
    assert kept.median(A, "32 clients", "events_per_s") is not None
    assert kept.median(B, "32 clients", "events_per_s") is None
