"""The whole of `intake` in one glance: its parts, its routes, its workers."""

from fastapi import FastAPI

from services.intake.api import person_commands, person_queries, report_commands, report_queries
from services.intake.decisions import decide_person, decide_report
from services.intake.projections import HOLDERS, REGISTER
from services.intake.state import NO_PERSON, NO_REPORT, evolve_person, evolve_report
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.connections import engine
from shared.eventstore.projector import Projector
from shared.eventstore.store import EventStore
from shared.eventstore.writer import Writer
from shared.messaging.bus import KafkaBus
from shared.messaging.consumer import Consumer
from shared.messaging.effects import Project
from shared.messaging.relay import Relay
from shared.messaging.topics import Bus
from shared.runtime.clock import now
from shared.runtime.health import Parts
from shared.runtime.identity import Verifier
from shared.runtime.service import application
from shared.runtime.settings import (
    IdentitySettings,
    KafkaSettings,
    KeySettings,
    StoreSettings,
    load,
)
from shared.vault.providers import KeyFile
from shared.vault.tables import SubjectKeys
from shared.vault.vault import Vault

NAME = "intake"
REPORT = Aggregate("report", NO_REPORT, decide_report, evolve_report)
PERSON = Aggregate("person", NO_PERSON, decide_person, evolve_person)


def create() -> FastAPI:
    """The service as the environment's settings have it."""
    keys = load(KeySettings)
    return compose(
        store=load(StoreSettings),
        vault=Vault(SubjectKeys(keys.keys_url), KeyFile(keys.key_file)),
        bus=KafkaBus(load(KafkaSettings).kafka_bootstrap),
        verifier=Verifier(load(IdentitySettings)),
    )


def compose(store: StoreSettings, vault: Vault, bus: Bus, verifier: Verifier) -> FastAPI:
    writer = Writer(store.database_url, NAME, [REPORT, PERSON], vault, now)
    readers = engine(store.reader_url)
    facts = engine(store.database_url, pool_size=2)
    events = EventStore(engine(store.database_url, pool_size=1))
    return application(
        NAME,
        "Intake: reports and persons",
        verifier=verifier,
        routers=[
            report_commands(writer, readers),
            report_queries(readers, vault),
            person_commands(writer),
            person_queries(readers, vault),
        ],
        parts=Parts(
            relay=Relay(store.database_url, NAME, bus),
            projections=[Projector(store.database_url, NAME, [REGISTER])],
            consumers=[
                Consumer(
                    HOLDERS.name, "cases", HOLDERS.handles, Project(facts, HOLDERS.project), bus
                )
            ],
            needed={"database": events.head},
        ),
        starts=[writer],
    )
