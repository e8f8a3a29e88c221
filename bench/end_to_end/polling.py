"""`python -m bench.end_to_end.polling NAME`: the service, but nothing wakes it.

Relay, projections and consumers look once a second for what is new, as services without LISTEN and
without long fetches do; while there is more they go on at once. All else is the product.
"""

import asyncio
import sys
from importlib import import_module
from unittest.mock import patch

from shared.eventstore.listening import News
from shared.messaging.bus import KafkaReader
from shared.messaging.records import Record
from shared.messaging.session_thread import SessionThread
from shared.runtime.serve import serve

SECONDS = 1.0

fetch = KafkaReader.fetch


async def woken(_: SessionThread, seconds: float) -> bool:
    await asyncio.sleep(SECONDS)
    return True


async def wait(_: News, seconds: float = SECONDS) -> None:
    await asyncio.sleep(SECONDS)


async def fetch_each_second(reader: KafkaReader) -> list[Record]:
    await asyncio.sleep(SECONDS)
    return await fetch(reader)


def main() -> None:
    name = sys.argv[1]
    with (
        patch.object(SessionThread, "woken", woken),
        patch.object(News, "wait", wait),
        patch.object(KafkaReader, "fetch", fetch_each_second),
    ):
        serve(name, import_module(f"services.{name}.app").create)


if __name__ == "__main__":
    main()
