"""The whole of `cases` in one glance: its parts, its routes, its workers."""

from fastapi import FastAPI

from services.cases.api import case_commands, case_queries, owner_commands
from services.cases.decisions import decide
from services.cases.projections import DISCLOSURES, PERSONS, WORKLISTS
from services.cases.reactions import INTAKE, TRANSFERS, answer_transfer, open_accepted
from services.cases.state import NEW, evolve
from shared.contracts.intake import ReportAccepted
from shared.contracts.referrals import ReferralAccepted
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.connections import engine
from shared.eventstore.projector import Projector
from shared.eventstore.store import EventStore
from shared.eventstore.writer import Writer
from shared.messaging.bus import KafkaBus
from shared.messaging.consumer import Consumer
from shared.messaging.effects import Project, React
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
from shared.runtime.workers import TopicFollower
from shared.vault.providers import KeyFile
from shared.vault.tables import SubjectKeys
from shared.vault.vault import Vault

NAME = "cases"
CASE = Aggregate("case", NEW, decide, evolve)


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
    writer = Writer(store.database_url, NAME, [CASE], vault, now)
    readers = engine(store.reader_url)
    events = EventStore(engine(store.database_url, pool_size=1))
    return application(
        NAME,
        "Cases",
        verifier=verifier,
        routers=[
            case_commands(writer, readers),
            owner_commands(writer),
            case_queries(readers, vault),
        ],
        parts=Parts(
            relay=Relay(store.database_url, NAME, bus),
            projections=[Projector(store.database_url, NAME, [WORKLISTS])],
            consumers=consumers(store, writer, bus),
            needed={"database": events.head},
        ),
        starts=[writer],
    )


def consumers(store: StoreSettings, writer: Writer, bus: Bus) -> list[TopicFollower]:
    """Whom `cases` answers, and whose facts it keeps."""
    facts = engine(store.database_url, pool_size=2)
    opens, transfers = React(writer, open_accepted), React(writer, answer_transfer)
    persons, disclosures = Project(facts, PERSONS.project), Project(facts, DISCLOSURES.project)
    return [
        Consumer(INTAKE, "intake", (ReportAccepted,), opens, bus),
        Consumer(PERSONS.name, "intake", PERSONS.handles, persons, bus),
        Consumer(TRANSFERS, "referrals", (ReferralAccepted,), transfers, bus),
        Consumer(DISCLOSURES.name, "referrals", DISCLOSURES.handles, disclosures, bus),
    ]
