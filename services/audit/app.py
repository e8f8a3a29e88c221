"""The whole of `audit` at a glance."""

from fastapi import FastAPI
from sqlalchemy import Engine

from services.audit.api import log_routes, replay_routes
from services.audit.decisions import decide
from services.audit.entries import Entry
from services.audit.ingest import Ingest, Watch, WatchedBus
from services.audit.state import NEW, evolve
from shared.contracts.catalogue import CATALOGUE
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.connections import engine
from shared.eventstore.store import EventStore
from shared.eventstore.writer import Writer
from shared.messaging.bus import KafkaBus
from shared.messaging.consumer import Consumer
from shared.messaging.relay import Relay
from shared.messaging.topics import Bus
from shared.runtime.clock import Clock, now
from shared.runtime.health import Parts
from shared.runtime.identity import Verifier
from shared.runtime.service import application
from shared.runtime.settings import IdentitySettings, KafkaSettings, StoreSettings, load

NAME = "audit"
REPLAY = Aggregate("replay", NEW, decide, evolve)
TOPICS = sorted({contract.service for contract in CATALOGUE.contracts})


def create() -> FastAPI:
    """The service as the environment's settings have it."""
    return compose(
        store=load(StoreSettings),
        bus=KafkaBus(load(KafkaSettings).kafka_bootstrap),
        verifier=Verifier(load(IdentitySettings)),
    )


def compose(store: StoreSettings, bus: Bus, verifier: Verifier, clock: Clock = now) -> FastAPI:
    writer = Writer(store.database_url, NAME, [REPLAY], None, clock)
    database, readers = engine(store.database_url), engine(store.reader_url)
    events = EventStore(database)
    return application(
        NAME,
        "Audit: the log of every event",
        verifier=verifier,
        routers=[log_routes(readers), replay_routes(writer, events, readers, clock)],
        parts=Parts(
            relay=Relay(store.database_url, NAME, bus),
            consumers=[ingest(topic, database, bus) for topic in TOPICS],
            needed={"database": events.head},
        ),
        starts=[writer],
    )


def ingest(topic: str, database: Engine, bus: Bus) -> Consumer[Entry]:
    """One for each topic, audit's own too; the log's lock keeps them from interleaving."""
    watched = WatchedBus(bus, Watch(database, topic).look)
    return Consumer(f"audit.ingest.{topic}", topic, None, Ingest(database, topic), watched)
