"""`python -m bench.quick`: in under three minutes, what became slower by more than a fifth.

Three of our figures, each as a share of its ceiling in the same minute, so that another machine or
a busy one changes little. They are held against the same shares of the committed figures."""

import signal
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bench.append import row as appending
from bench.append import vcms as append
from bench.ceilings.copy_out import copying_out
from bench.ceilings.pgbench import inserting
from bench.command_api import row as commanding
from bench.command_api.world import world
from bench.home import CannotMeasure, alone, home
from bench.product import product
from bench.replay import row as replaying
from bench.replay import vcms as replay
from bench.replay.history import filled
from bench.results import OURS, RESULTS, Row
from bench.rounds import Journal, Trial, say
from bench.servers import running_postgres
from bench.workload import ratio
from deploy.local.refusals import CannotStart

ROUNDS = 5
CLIENTS = 32
EVENTS = 200_000
A_FIFTH = 0.2
DISK = 2 * 2**30
"""Bytes that it needs."""


@dataclass(frozen=True, slots=True)
class Watched:
    """One figure of a row, `ceiling` beside it, and how both are measured for a short time."""

    ident: str
    key: str
    metric: str
    point: str
    ceiling: str
    play: Callable[[Journal], None]

    def share(self, row: Row) -> float | None:
        """Ours over the ceiling; None: not measured, or void."""
        return ratio(self.metric, self.point, OURS, self.ceiling)(row)


@dataclass(frozen=True, slots=True)
class Compared:
    """A share of the ceiling, committed and of now; None: there is none."""

    name: str
    committed: float | None
    now: float | None

    @property
    def slower(self) -> bool:
        return not (self.committed is None or self.now is None) and (
            self.now < self.committed * (1 - A_FIFTH)
        )

    @property
    def verdict(self) -> str:
        if self.committed is None:
            return "no committed figure"
        if self.now is None:
            return "could not be measured"
        change = f"{self.now / self.committed - 1:+.0%}"
        return f"{change}, SLOWER" if self.slower else change

    @property
    def passes(self) -> bool:
        """What cannot be compared does not pass."""
        return not (self.committed is None or self.now is None or self.slower)


def play_append(journal: Journal) -> None:
    with running_postgres("quick") as postgres:
        ours = partial(append.play, product(postgres), None, CLIENTS)
        ceiling = partial(inserting, postgres, CLIENTS, rows=1)
        point = appending.point(CLIENTS)
        journal.play([Trial(OURS, point, ours), Trial(appending.ONE_ROW, point, ceiling)])


def play_replay(journal: Journal) -> None:
    with running_postgres("quick") as postgres:
        made = product(postgres)
        whole = filled(made, EVENTS)
        ours = partial(replay.read, made, whole, EVENTS)
        ceiling = partial(copying_out, postgres.url(whole), "body, chain", EVENTS)
        read, copy = replaying.READ, replaying.COPY_OUT
        journal.play([Trial(OURS, read, ours), Trial(copy, read, ceiling)])


def play_commands(journal: Journal) -> None:
    with world("quick") as made:
        wanted = {(OURS, commanding.CLOSED), (commanding.RAW, commanding.CLOSED)}
        trials = commanding.trials(made)
        journal.play([one for one in trials if (one.contestant, one.point) in wanted])


WATCHED: Sequence[Watched] = (
    Watched(
        ident="P1",
        key=appending.APPEND.key,
        metric=appending.RATE,
        point=appending.point(CLIENTS),
        ceiling=appending.ONE_ROW,
        play=play_append,
    ),
    Watched(
        ident="P2",
        key=replaying.REPLAY.key,
        metric=replaying.RATE,
        point=replaying.READ,
        ceiling=replaying.COPY_OUT,
        play=play_replay,
    ),
    Watched(
        ident="P4",
        key=commanding.ROW.key,
        metric="requests_per_s",
        point=commanding.CLOSED,
        ceiling=commanding.RAW,
        play=play_commands,
    ),
)


def measured(watched: Watched) -> Row:
    """A few short rounds, kept nowhere."""
    path = home() / "quick.json"
    path.unlink(missing_ok=True)
    journal = Journal(path, watched.key, ROUNDS)
    watched.play(journal)
    path.unlink()
    return journal.row


def committed() -> Mapping[str, Row]:
    return {path.stem: Row.read(path) for path in RESULTS.glob("*.json")}


def compared(
    watched: Iterable[Watched], before: Mapping[str, Row], measure: Callable[[Watched], Row]
) -> Sequence[Compared]:
    """Measures each in turn."""
    return [
        Compared(
            f"{one.ident} {one.point}, of {one.ceiling}",
            one.share(before[one.key]) if one.key in before else None,
            one.share(measure(one)),
        )
        for one in watched
    ]


def shown(found: Iterable[Compared]) -> str:
    head = f"{'share of the ceiling':60}{'committed':>10}{'now':>8}"
    return "\n".join([head, *map(shown_line, found)])


def shown_line(one: Compared) -> str:
    before, now = ("-" if share is None else f"{share:.3f}" for share in (one.committed, one.now))
    return f"{one.name:60}{before:>10}{now:>8}  {one.verdict}"


def main() -> int:
    """1: something became slower by more than a fifth, or could not be compared."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with alone(needed=DISK):
            found = compared(WATCHED, committed(), measured)
    except (CannotMeasure, CannotStart) as refusal:
        say(str(refusal))
        return 1
    sys.stdout.write(shown(found) + "\n")
    return 0 if all(one.passes for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
