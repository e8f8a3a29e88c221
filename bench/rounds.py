"""Plays contestants in turn, A B A B …, and goes on where it was broken off."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.results import Row, Sample, Series


class Void(Exception):
    """A contestant failed a check of correctness, or cannot be had here: its figure counts for
    nothing. Says which check, or what is missing."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One contestant at one point; `play` takes one round of it."""

    contestant: str
    point: str
    play: Callable[[], Sample]


class Journal:
    """A row under way; every round is on disk before the next one begins."""

    def __init__(self, path: Path, key: str, rounds: int) -> None:
        self._path = path
        self.row = Row.read(path) if path.exists() else Row(key=key, wanted=rounds)
        self._began = time.monotonic() - self.row.seconds

    def series(self, trial: Trial) -> Series:
        found = self.row.find(trial.contestant, trial.point)
        if found is None:
            found = Series(contestant=trial.contestant, point=trial.point)
            self.row.series.append(found)
        return found

    def save(self) -> None:
        self.row.seconds = time.monotonic() - self._began
        self.row.write(self._path)

    def play(self, trials: Sequence[Trial]) -> None:
        """Every trial once, then every trial again, until each has all its rounds."""
        for number in range(1, self.row.wanted + 1):
            for trial in trials:
                series = self.series(trial)
                if series.void is None and len(series.rounds) < number:
                    self._play(trial, series, number)

    def _play(self, trial: Trial, series: Series, number: int) -> None:
        try:
            series.rounds.append(trial.play())
        except Void as void:
            series.void = str(void)
        self.save()
        say(f"{self.row.key}: {trial.point}: {trial.contestant}: round {number}: {told(series)}")


def told(series: Series) -> str:
    if series.void is not None:
        return f"void: {series.void}"
    return ", ".join(f"{metric} {value:,.4g}" for metric, value in series.rounds[-1].items())


def say(line: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stderr.flush()
