"""`python -m bench.end_to_end.debezium NAME`: the service, but Debezium relays its events.

Only those of `referrals`: what is measured passes through no other relay. One connector,
tuned for latency, on the table of events itself: no outbox has to be written beside it.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from unittest.mock import patch

from sqlalchemy import text

from bench.relay.connect import connected, forget_slot
from deploy.local.service_settings import Parts
from shared.messaging.relay import Relay
from shared.runtime.serve import serve

STREAMED = "referrals"
CONNECTOR = {
    "poll.interval.ms": "1",
    "snapshot.mode": "no_data",
    "table.include.list": "public.events",
    "value.converter": "org.apache.kafka.connect.converters.ByteArrayConverter",
    "transforms.outbox.table.field.event.id": "event_id",
    "transforms.outbox.table.field.event.key": "stream",
    "transforms.outbox.table.field.event.payload": "body",
    "transforms.outbox.route.by.field": "type",
    "transforms.outbox.table.fields.additional.placement": (
        "event_id:header:ce_id,type:header:ce_type,position:header:ce_sequence"
    ),
}
# It does not tell the service how far it is: it gets three seconds of silence.
RECENT = text("SELECT count(*) FROM events WHERE recorded_at > now() - interval '3 s'")


@contextmanager
def streaming(parts: Parts) -> Iterator[None]:
    url = parts.postgres.url(STREAMED)
    try:
        with connected(
            parts.kafka.bootstrap,
            url,
            STREAMED,
            worker="producer.linger.ms=0",
            connector=CONNECTOR,
        ):
            yield
    finally:
        forget_slot(url)


async def idle(_: Relay) -> None:
    await asyncio.Event().wait()


def recent(relay: Relay) -> int:
    with relay._database.connect() as connection:
        return int(connection.execute(RECENT).scalar_one())


def main() -> None:
    name = sys.argv[1]
    create = import_module(f"services.{name}.app").create
    if name != STREAMED:
        serve(name, create)
        return
    with patch.object(Relay, "run", idle), patch.object(Relay, "pending", recent):
        serve(name, create)


if __name__ == "__main__":
    main()
