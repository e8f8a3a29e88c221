"""The product's consumer with a projection of foreign facts: inbox position and effect in one
transaction of at most 500 events."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine

from bench.consumer.work import PATIENCE, Contest, Tally
from shared.contracts.cases import ServiceRecorded
from shared.eventstore.recorded import Recorded
from shared.messaging.bus import KafkaBus
from shared.messaging.consumer import Consumer
from shared.messaging.effects import Project


async def play(contest: Contest, tally: Tally) -> None:
    consumer = consumer_of(contest.bootstrap, contest.topic, contest.database, tally.project)
    await tally.wait(consumer.run(), all_taken(consumer, tally))


async def all_taken(consumer: Consumer[Recorded], tally: Tally) -> None:
    if await consumer.wait_for(tally.wanted, PATIENCE):
        tally.committed(tally.wanted)


def consumer_of(
    bootstrap: str,
    topic: str,
    database: Engine,
    project: Callable[[Connection, Sequence[Recorded]], None],
) -> Consumer[Recorded]:
    effect = Project(database, project)
    return Consumer("bench.services", topic, [ServiceRecorded], effect, KafkaBus(bootstrap))
