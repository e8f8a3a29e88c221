"""Debezium 3.4 with its outbox event router in Kafka Connect 4.3, standalone: once with its
defaults, once tuned for latency: it asks its queue each millisecond, and its producer does not
linger. It streams already when the load begins."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.relay import outbox
from bench.relay.connect import connected, forget_slot
from bench.relay.handling import by_a_loop, handling
from bench.relay.outbox import BACKLOG, inserting
from bench.relay.topic import check, end_of, filled, forget_topic, new_topic
from bench.relay.work import DRAIN, RATES, commit_when_due, entries, outcome
from bench.results import Sample
from bench.servers import execute, new_database
from deploy.local.postgres import Postgres

CLEAR = "TRUNCATE outbox"


@dataclass(frozen=True)
class Debezium:
    server: Postgres
    bootstrap: str
    template: str
    """A database with an outbox."""
    worker: str = ""
    connector: dict[str, str] = field(default_factory=dict)

    def play(self) -> dict[str, Sample]:
        """All points in one life of Connect, which takes many seconds to start."""
        with self.streaming() as (url, topic):
            rates = {point: self._at_rate(url, topic, rate) for point, rate in RATES.items()}
            return {**rates, DRAIN: self._drain(url, topic)}

    @contextmanager
    def streaming(self) -> Iterator[tuple[str, str]]:
        """The address of the outbox's database, and the topic."""
        name = new_database(self.server, self.template)
        url, topic = self.server.url(name), asyncio.run(new_topic(self.bootstrap))
        try:
            with connected(
                self.bootstrap, url, topic, worker=self.worker, connector=self.connector
            ):
                yield url, topic
        finally:
            forget_slot(url)
            execute(self.server.url(), f"DROP DATABASE {name} WITH (FORCE)")
            asyncio.run(forget_topic(self.bootstrap, topic))

    def _at_rate(self, url: str, topic: str, rate: int) -> Sample:
        execute(url, CLEAR)
        load = entries(rate)
        with (
            handling(by_a_loop, len(load), self.bootstrap, topic) as answers,
            inserting(url) as insert,
        ):
            commits = commit_when_due(load, rate, insert)
            return outcome(commits, answers.handled(), rate)

    def _drain(self, url: str, topic: str) -> Sample:
        execute(url, CLEAR)
        before = asyncio.run(end_of(self.bootstrap, topic))
        outbox.fill(url)
        sample = asyncio.run(filled(self.bootstrap, topic, BACKLOG, before))
        asyncio.run(check(self.bootstrap, topic, BACKLOG, before))
        return sample


def tuned(server: Postgres, bootstrap: str, template: str) -> Debezium:
    return Debezium(server, bootstrap, template, "producer.linger.ms=0", {"poll.interval.ms": "1"})
