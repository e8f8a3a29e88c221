"""P10: how long from the request in one organisation until all that follows from it is done?"""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID, uuid4

from bench.end_to_end.cases import WORKER, open_cases
from bench.end_to_end.debezium import streaming
from bench.end_to_end.moments import Following, Moments
from bench.end_to_end.stack import Six, infrastructure, register_organisations, serving
from bench.http_load import Address, Load, Request, apart, open_loop
from bench.latency import latencies, percentile
from bench.results import OURS, Sample
from bench.rounds import Journal, Trial, Void
from bench.servers import settings_of
from bench.workload import Bound, Workload, figure, ratio
from deploy.local.people import MOONLIGHT, ORGANISATIONS, person
from deploy.local.ports import HOST
from deploy.local.service_settings import Parts

SECONDS = 6
"""Of load; the first second warms up and counts for nobody."""

CONNECTIONS = 32
RATES = {"20/s": 20, "50/s": 50, "100/s": 100}
POLLING = "with 1 s pollers"
DEBEZIUM = "with Debezium"
STREAMED = "bench.end_to_end.debezium"
PROGRAMS = {OURS: "vcms", POLLING: "bench.end_to_end.polling", DEBEZIUM: STREAMED}
POINT = "100/s"


@dataclass
class Stage:
    """The services of one contestant at a time: the others are ended before."""

    parts: Parts
    tokens: Mapping[str, str]
    standing: ExitStack = field(default_factory=ExitStack)
    program: str = ""
    six: Six | None = None

    def play(self, program: str, rate: int) -> Sample:
        six = self.serving(program)
        cases = open_cases(self.parts, rate * SECONDS)
        six.quiet()
        requests = [self.offer(case) for case in cases]
        address = Address(HOST, six.services["referrals"].port)
        load = apart(partial(open_loop, address, requests, CONNECTIONS, rate))
        six.quiet()
        return outcome(load, cases, Following(self.parts.postgres).of_cases(cases), rate)

    def serving(self, program: str) -> Six:
        if self.six is None or self.program != program:
            self.standing.close()
            if program == STREAMED:
                self.standing.enter_context(streaming(self.parts))
            self.six = self.standing.enter_context(serving(self.parts, program))
            self.program = program
            self.six.quiet()
        return self.six

    def offer(self, case: UUID) -> Request:
        body = {
            "kind": "transfer",
            "case_id": str(case),
            "to_organisation": str(MOONLIGHT.id),
            "urgency": "normal",
            "categories": ["identity", "profile"],
            "offer": {"age_band": "9-17"},
        }
        headers = [
            (b"Authorization", f"Bearer {self.tokens[WORKER.key]}".encode()),
            (b"Content-Type", b"application/json"),
            (b"Idempotency-Key", str(uuid4()).encode()),
        ]
        return Request(b"POST", b"/referrals", headers, json.dumps(body).encode())


def outcome(
    load: Load, cases: Sequence[UUID], moments: Mapping[UUID, Moments], rate: int
) -> Sample:
    """From when each request was due. Raises Void: one was refused, or something never came."""
    if set(load.statuses) != {201}:
        raise Void(f"requests were answered {dict(load.statuses)}")
    if moments.keys() != set(cases):
        raise Void(f"of {len(cases)} referrals {len(moments)} are done in all three places")
    began = load.began + time.time() - time.perf_counter()
    due = {case: began + number / rate for number, case in enumerate(cases) if number >= rate}

    def since(moment: str) -> list[float]:
        return [1000 * (getattr(moments[case], moment) - at) for case, at in due.items()]

    return {
        **latencies(since("last")),
        "visible_p50_ms": percentile(since("visible"), 0.5),
        "notified_p50_ms": percentile(since("notified"), 0.5),
        "sequenced_p50_ms": percentile(since("sequenced"), 0.5),
        "answered_p50_ms": percentile(load.latencies, 0.5),
    }


def play(journal: Journal) -> None:
    with infrastructure() as parts, ExitStack() as standing:
        journal.row.settings = dict(settings_of(parts.postgres))
        journal.row.notes["Debezium"] = (
            "relays the events of the service that is asked, by one connector tuned for latency "
            "on its table of events; all else is the product"
        )
        people = [WORKER, *(person(organisation, "admin") for organisation in ORGANISATIONS)]
        tokens = {one.key: token for one, token in parts.openid.tokens(people).items()}
        stage = Stage(parts, tokens, standing)
        register_organisations(stage.serving("vcms").services["referrals"], tokens)
        journal.play(
            [
                Trial(name, point, partial(stage.play, program, rate))
                for name, program in PROGRAMS.items()
                for point, rate in RATES.items()
            ]
        )


END_TO_END = Workload(
    key="end_to_end",
    ident="P10",
    title="End to end",
    asks="How long from a referral's request until the other organisation sees it, its staff are"
    " told, and the audit log holds it?",
    rounds=5,
    play=play,
    metrics=(
        "p50_ms",
        "p99_ms",
        "visible_p50_ms",
        "notified_p50_ms",
        "sequenced_p50_ms",
        "answered_p50_ms",
    ),
    bounds=(
        Bound("p50 at 100/s, ms", figure("p50_ms", POINT, OURS), 50, 15, at_most=True),
        Bound("p99 at 100/s, ms", figure("p99_ms", POINT, OURS), 250, 60, at_most=True),
        Bound("p50 below 1 s pollers, times", ratio("p50_ms", POINT, POLLING, OURS), 10),
    ),
    drawn=("p50_ms", "p99_ms"),
)
