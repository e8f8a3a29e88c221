"""P3: how long from the commit of an event to its handler behind Kafka, and how fast a backlog?"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from bench.ceilings.kafka_perf import producer_perf
from bench.product import Product, product
from bench.relay import backlog, eventsourcing_, outbox, poller, vcms
from bench.relay.debezium import Debezium, tuned
from bench.relay.topic import forget_topic, new_topic
from bench.relay.work import DRAIN, RATES
from bench.results import OURS, Sample
from bench.rounds import Journal, Trial
from bench.servers import (
    new_database,
    passing_database,
    running_kafka,
    running_postgres,
    settings_of,
)
from bench.workload import Bound, Workload, figure, ratio
from deploy.local.postgres import Postgres

BACKLOG = 500_000
DEBEZIUM, TUNED = "Debezium", "Debezium, tuned"
POLLER, SUBSCRIPTION = "1 s poller", "eventsourcing subscription"
CEILING = "kafka-producer-perf-test"
SECOND = "1,000/s"


@dataclass(frozen=True)
class Place:
    """The databases from which every round starts."""

    product: Product
    bootstrap: str
    outbox: str
    recorder: str
    our_backlog: str
    its_backlog: str

    @property
    def server(self) -> Postgres:
        return self.product.postgres

    def ours(self, rate: int) -> Sample:
        with (
            passing_database(self.server, self.product.template) as written,
            passing_database(self.server, self.product.template) as read,
        ):
            urls = self.product.url(written), self.product.url(read)
            return vcms.at_rate(self.bootstrap, *urls, rate)

    def our_drain(self) -> Sample:
        url = self.product.url(self.our_backlog)
        backlog.send_again(url)
        return vcms.drain(self.bootstrap, url, BACKLOG)

    def poller(self, play: Callable[[str, str], Sample]) -> Sample:
        with passing_database(self.server, self.outbox) as name:
            return play(self.bootstrap, self.server.url(name))

    def subscription(self, rate: int) -> Sample:
        with passing_database(self.server, self.recorder) as name:
            return eventsourcing_.at_rate(self.server.url(name), rate)

    def ceiling(self, broker: Callable[[str], Sample]) -> Sample:
        topic = asyncio.run(new_topic(self.bootstrap))
        try:
            return broker(topic)
        finally:
            asyncio.run(forget_topic(self.bootstrap, topic))


@dataclass
class Together:
    """Plays all points of a contestant at once, and gives them out one by one."""

    play: Callable[[], dict[str, Sample]]
    kept: dict[str, Sample] = field(default_factory=dict)

    def point(self, point: str) -> Sample:
        if point not in self.kept:
            self.kept = self.play()
        return self.kept.pop(point)


def play(journal: Journal) -> None:
    with (
        running_postgres("relay", wal_level="logical") as server,
        running_kafka("relay") as broker,
    ):
        journal.row.settings = dict(settings_of(server))
        journal.row.notes["backlogs"] = (
            f"{BACKLOG:,} events of ours, {outbox.BACKLOG:,} of the others"
        )
        place = made(product(server), broker.bootstrap)
        ceiling = partial(place.ceiling, lambda topic: producer_perf(broker, topic))
        journal.play([*trials(place), Trial(CEILING, DRAIN, ceiling)])


def made(ours: Product, bootstrap: str) -> Place:
    server = ours.postgres
    place = Place(
        ours,
        bootstrap,
        outbox=outbox.template(server),
        recorder=eventsourcing_.template(server),
        our_backlog=new_database(server, ours.template),
        its_backlog=eventsourcing_.template(server),
    )
    backlog.fill(server.url(place.our_backlog), BACKLOG)
    eventsourcing_.fill(server.url(place.its_backlog))
    return place


def trials(place: Place) -> Sequence[Trial]:
    its_backlog = place.server.url(place.its_backlog)
    debezium = Together(Debezium(place.server, place.bootstrap, place.outbox).play)
    faster = Together(tuned(place.server, place.bootstrap, place.outbox).play)
    return [
        *(Trial(OURS, point, partial(place.ours, rate)) for point, rate in RATES.items()),
        Trial(OURS, DRAIN, place.our_drain),
        *(
            Trial(POLLER, point, partial(place.poller, partial(poller.at_rate, rate)))
            for point, rate in RATES.items()
        ),
        Trial(POLLER, DRAIN, partial(place.poller, poller.drain)),
        *(
            Trial(SUBSCRIPTION, point, partial(place.subscription, rate))
            for point, rate in RATES.items()
        ),
        Trial(SUBSCRIPTION, DRAIN, partial(eventsourcing_.drain, its_backlog)),
        *(Trial(DEBEZIUM, point, partial(debezium.point, point)) for point in (*RATES, DRAIN)),
        *(Trial(TUNED, point, partial(faster.point, point)) for point in (*RATES, DRAIN)),
    ]


RELAY = Workload(
    key="relay",
    ident="P3",
    title="Relaying",
    asks="How long from the commit of an event to its handler behind Kafka?",
    rounds=5,
    play=play,
    metrics=("p50_ms", "p99_ms", "from_due_p50_ms", "from_due_p99_ms", "events_per_s"),
    bounds=(
        Bound("p50 at 1,000/s, ms", figure("p50_ms", SECOND, OURS), 8, 3, at_most=True),
        Bound("p99 at 1,000/s, ms", figure("p99_ms", SECOND, OURS), 30, 10, at_most=True),
        Bound("p50 below Debezium, times", ratio("p50_ms", SECOND, DEBEZIUM, OURS), 10),
        Bound("p50 below a 1 s poller, times", ratio("p50_ms", SECOND, POLLER, OURS), 50),
        Bound("drained, events/s", figure("events_per_s", DRAIN, OURS), 20_000, 45_000),
    ),
    drawn=("p50_ms", "p99_ms"),
)
