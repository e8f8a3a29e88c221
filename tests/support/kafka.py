"""A real Kafka broker for the session, with topics of its own for each test; or one for a test."""

import itertools
from collections.abc import Awaitable, Callable, Iterator

import pytest

from deploy.local.kafka import Kafka, start
from deploy.local.topics import create_topics

_numbers = itertools.count()


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    broker = start(tmp_path_factory.mktemp("kafka"))
    yield broker
    broker.kill()


@pytest.fixture
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """A broker for one test, which may call its topics as the services call theirs."""
    broker = start(tmp_path_factory.mktemp("own-kafka"))
    yield broker
    broker.kill()


@pytest.fixture
def new_topic(kafka: Kafka) -> Callable[[], Awaitable[str]]:
    """Makes an empty topic and tells its name."""

    async def make() -> str:
        name = f"topic-{next(_numbers)}"
        await create_topics(kafka.bootstrap, [name])
        return name

    return make
