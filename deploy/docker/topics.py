"""`python -m deploy.docker.topics`: creates the topics that are missing at VCMS_KAFKA_BOOTSTRAP."""

import asyncio

from deploy.docker.patience import until
from deploy.layout import PASSING_TOPICS, TOPICS
from deploy.local.topics import AN_HOUR, broker_answers, create_topics
from shared.runtime.settings import KafkaSettings, load


def make_topics(bootstrap: str) -> None:
    until(lambda: asyncio.run(broker_answers(bootstrap)), "Kafka")
    asyncio.run(create_topics(bootstrap, TOPICS))
    asyncio.run(create_topics(bootstrap, PASSING_TOPICS, AN_HOUR))


if __name__ == "__main__":
    make_topics(load(KafkaSettings).kafka_bootstrap)
