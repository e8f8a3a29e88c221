"""A relay that is a process of its own, to be killed: URL, Kafka's address and topic follow."""

import asyncio
import sys

from shared.messaging.bus import KafkaBus
from shared.messaging.relay import Relay


async def main(url: str, bootstrap: str, topic: str) -> None:
    await Relay(url, topic, KafkaBus(bootstrap)).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
