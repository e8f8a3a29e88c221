"""The consumer over a real broker and a real database, as a projection and as a reaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import pytest
from sqlalchemy import Engine, text

from deploy.local.kafka import Kafka
from shared.eventstore.connections import engine
from tests.messaging.contract import ConsumerContract
from tests.messaging.journals import TAKEN, ProjectingJournal, ReactingJournal
from tests.messaging.topic_lines import KafkaLine
from tests.support.postgres import ServiceDatabase


@pytest.fixture
def database(ledger: ServiceDatabase) -> Iterator[Engine]:
    made = engine(ledger.writer)
    yield made
    made.dispose()


class OnTheStack(ConsumerContract):
    @pytest.fixture
    async def line(self, kafka: Kafka, new_topic: Callable[[], Awaitable[str]]) -> KafkaLine:
        return KafkaLine(kafka.bootstrap, await new_topic())


@pytest.mark.stack
class TestProjectingConsumer(OnTheStack):
    @pytest.fixture
    def journal(
        self, line: KafkaLine, database: Engine, ledger: ServiceDatabase
    ) -> ProjectingJournal:
        admin = engine(ledger.admin)
        with admin.begin() as connection:
            connection.execute(text(TAKEN))
        admin.dispose()
        return ProjectingJournal(database, line.topic)


@pytest.mark.stack
class TestReactingConsumer(OnTheStack):
    @pytest.fixture
    def journal(self, line: KafkaLine, database: Engine) -> Iterator[ReactingJournal]:
        made = ReactingJournal(database, line.topic)
        yield made
        made.stop()
