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
from shared.runtime.clock import now
from shared.runtime.health import Parts
from shared.runtime.identity import Verifier
from shared.runtime.service import application
from shared.runtime.settings import IdentitySettings, KafkaSettings, StoreSettings, load

REPLAY = Aggregate("replay", NEW, decide, evolve)
TOPICS = sorted({contract.service for contract in CATALOGUE.contracts})


def create() -> FastAPI:
    """Raises SettingsAreWrong."""
    stores = load(StoreSettings)
    database, reader = engine(stores.database_url), engine(stores.reader_url)
    store = EventStore(database)
    writer = Writer(stores.database_url, "audit", [REPLAY], None, now)
    bus = KafkaBus(load(KafkaSettings).kafka_bootstrap)
    return application(
        "audit",
        "Audit: the log of every event",
        verifier=Verifier(load(IdentitySettings)),
        routers=[log_routes(reader), replay_routes(writer, store, reader, now)],
        parts=Parts(
            relay=Relay(stores.database_url, "audit", bus),
            consumers=[ingest(topic, database, bus) for topic in TOPICS],
            needed={"database": store.head},
        ),
        starts=[writer],
    )


def ingest(topic: str, database: Engine, bus: Bus) -> Consumer[Entry]:
    """One for each topic, audit's own too; the log's lock keeps them from interleaving."""
    watched = WatchedBus(bus, Watch(database, topic).look)
    return Consumer(f"audit.ingest.{topic}", topic, None, Ingest(database, topic), watched)
