"""P4, played: a closed loop for the rate, then an open loop at 60 % of it for the latency."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle, islice

import orjson
import psycopg2

from bench.command_api.world import World, world
from bench.cpu import spending
from bench.http_load import Address, Load, Request, closed_loop, open_loop
from bench.latency import latencies
from bench.results import OURS, Sample
from bench.rounds import Journal, Trial, Void
from bench.servers import settings_of
from bench.workload import Bound, Workload, figure, ratio
from deploy.local.ports import HOST
from deploy.local.services import Service

CONNECTIONS = 32
SECONDS = 4.0
SHARE = 0.6
"""Of the capacity, in the open loop."""
CLOSED, OPEN = f"{CONNECTIONS} connections", f"open loop at {SHARE:.0%} of capacity"
RAW, ECHO, PLAIN = "raw ASGI echo", "authenticated echo", "plain application"
REMEMBERING = "echo that remembers tokens"
PROGRAMS = {RAW: "raw", REMEMBERING: "remembering", ECHO: "echo", PLAIN: "plain", OURS: "cases"}
COUNTED = {
    PLAIN: "SELECT count(*) FROM audit",
    OURS: "SELECT count(*) FROM events WHERE type = 'vcms.cases.service_recorded.v1'",
}
BODY = orjson.dumps(
    {
        "service_type": "Health",
        "provider": "Example Clinic",
        "provided_on": "2024-03-02",
        "outcome": "Examined; no treatment needed. Comes again after the weekend.",
        "grant_code": "EX-2024-07",
        "note": "An example of a note as people write it, long enough to make three hundred bytes "
        "of the whole body together with everything else.",
    }
)


@dataclass
class Contestant:
    """A server that sleeps while others play."""

    world: World
    name: str
    server: Service
    numbers: Iterator[int]
    capacity: list[float] = field(default_factory=list)

    def at_capacity(self) -> Sample:
        sample = self._played(self._closed)
        self.capacity.append(sample["requests_per_s"])
        return sample

    def at_leisure(self) -> Sample:
        if not self.capacity:  # taken up again where a run was broken off
            self.at_capacity()
        return self._played(self._open)

    def _closed(self) -> Load:
        return closed_loop(self._address, self._requests(), CONNECTIONS, SECONDS)

    def _open(self) -> Load:
        rate = SHARE * self.capacity[-1]
        wanted = list(islice(self._requests(), int(rate * SECONDS)))
        return open_loop(self._address, wanted, CONNECTIONS, rate)

    def _played(self, play: Callable[[], Load]) -> Sample:
        self.server.resume()
        try:
            closed_loop(self._address, islice(self._requests(), 200), CONNECTIONS, SECONDS)
            before = self._stored()
            with spending() as spent:
                load = play()
            self._check(load, self._stored() - before)
        finally:
            self.server.pause()
        answers = len(load.latencies)
        return {
            "requests_per_s": load.rate,
            **latencies(load.latencies),
            "cpu_ms_per_request": 1000 * spent.cpu / answers,
        }

    def _check(self, load: Load, stored: int) -> None:
        if set(load.statuses) != {200}:
            raise Void(f"answered {dict(load.statuses)}")
        if self.name in COUNTED and stored != len(load.latencies):
            raise Void(f"{len(load.latencies)} answered with success, {stored} stored")

    def _stored(self) -> int:
        if self.name not in COUNTED:
            return 0
        url = self.world.plain_url if self.name == PLAIN else self.world.postgres.url("cases")
        made = psycopg2.connect(url)
        with made, made.cursor() as cursor:
            cursor.execute(COUNTED[self.name])
            (found,) = cursor.fetchone() or (0,)
        made.close()
        return int(found)

    @property
    def _address(self) -> Address:
        return Address(HOST, self.server.port)

    def _requests(self) -> Iterator[Request]:
        fixed = (
            (b"Authorization", f"Bearer {self.world.token}".encode()),
            (b"Content-Type", b"application/json"),
        )
        for case, number in zip(cycle(self.world.cases), self.numbers, strict=False):
            key = (b"Idempotency-Key", b"bench-%d" % number)
            yield Request(b"POST", f"/cases/{case}/services".encode(), (*fixed, key), BODY)


def play(journal: Journal) -> None:
    with world("command-api") as made:
        journal.row.settings = dict(settings_of(made.postgres))
        journal.play(trials(made))


def trials(made: World) -> Sequence[Trial]:
    """Every contestant runs, and sleeps until its turn."""
    numbers = count(1)
    found = []
    for name, program in PROGRAMS.items():
        server = made.serving(program)
        server.pause()
        one = Contestant(made, name, server, numbers)
        found += [Trial(name, CLOSED, one.at_capacity), Trial(name, OPEN, one.at_leisure)]
    return found


ROW = Workload(
    key="command_api",
    ident="P4",
    title="A command over HTTP",
    asks="How many authenticated commands a second does one instance validate, authorise, record "
    "durably and audit, and how long does each take?",
    rounds=5,
    play=play,
    metrics=("requests_per_s", "p50_ms", "p99_ms", "cpu_ms_per_request"),
    bounds=(
        Bound(
            "times the plain application", ratio("requests_per_s", CLOSED, OURS, PLAIN), must=3.0
        ),
        Bound(
            "of the authenticated echo",
            ratio("requests_per_s", CLOSED, OURS, ECHO),
            must=0.4,
            moonshot=0.8,
        ),
        Bound(
            "of the echo that remembers tokens, as ours do",
            ratio("requests_per_s", CLOSED, OURS, REMEMBERING),
            must=None,
            moonshot=0.8,
        ),
        Bound("ms p99 in the open loop", figure("p99_ms", OPEN, OURS), must=25, at_most=True),
    ),
    drawn=("requests_per_s", "p99_ms"),
)
