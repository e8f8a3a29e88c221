"""Topics are created here and nowhere else: the broker makes none by itself."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

AN_HOUR = {"retention.ms": "3600000", "cleanup.policy": "delete"}
FOR_EVER = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"}


async def broker_answers(bootstrap: str) -> bool:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=1000)
    try:
        await admin.start()
        return True
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()


async def topic_names(bootstrap: str) -> set[str]:
    async with administering(bootstrap) as admin:
        return set(await admin.list_topics())


async def create_topics(
    bootstrap: str, names: Sequence[str], kept: Mapping[str, str] = FOR_EVER
) -> None:
    """Creates the missing ones of `names`, one partition each; those there stay as they are.

    `kept`: the settings that say for how long; for ever where nothing is said.
    """
    async with administering(bootstrap) as admin:
        missing = sorted(set(names) - set(await admin.list_topics()))
        if missing:
            await admin.create_topics(
                [
                    NewTopic(name, num_partitions=1, replication_factor=1, topic_configs=dict(kept))
                    for name in missing
                ]
            )


@asynccontextmanager
async def administering(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()
