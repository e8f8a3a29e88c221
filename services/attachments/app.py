"""The whole of `attachments` at a glance."""

from datetime import timedelta

from fastapi import FastAPI

from services.attachments import reactions
from services.attachments.api import routes
from services.attachments.custody import Custody
from services.attachments.decisions import decide_access, decide_evidence
from services.attachments.projections import EVIDENCE
from services.attachments.sealing import SealingWorker
from services.attachments.state import NO_ACCESS, NO_EVIDENCE, evolve_access, evolve_evidence
from services.attachments.storage import EvidenceObjects
from services.attachments.uploads import Uploads
from services.attachments.views import Views
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.connections import engine
from shared.eventstore.projector import Projector
from shared.eventstore.store import EventStore
from shared.eventstore.writer import Writer
from shared.messaging.bus import KafkaBus
from shared.messaging.consumer import Consumer
from shared.messaging.effects import React
from shared.messaging.relay import Relay
from shared.messaging.topics import Bus
from shared.runtime.clock import now
from shared.runtime.health import Parts
from shared.runtime.identity import Verifier
from shared.runtime.service import application
from shared.runtime.settings import (
    EvidenceSettings,
    IdentitySettings,
    KafkaSettings,
    KeySettings,
    S3Settings,
    StoreSettings,
    load,
)
from shared.vault.providers import KeyFile
from shared.vault.tables import SubjectKeys
from shared.vault.vault import Vault

NAME = "attachments"
FILE = Aggregate("evidence", NO_EVIDENCE, decide_evidence, evolve_evidence)
ACCESS = Aggregate("access", NO_ACCESS, decide_access, evolve_access)


def create() -> FastAPI:
    """The service as the environment's settings have it."""
    keys = load(KeySettings)
    return compose(
        store=load(StoreSettings),
        vault=Vault(SubjectKeys(keys.keys_url), KeyFile(keys.key_file)),
        bus=KafkaBus(load(KafkaSettings).kafka_bootstrap),
        verifier=Verifier(load(IdentitySettings)),
        objects=EvidenceObjects(load(S3Settings)),
        settings=load(EvidenceSettings),
    )


def compose(
    store: StoreSettings,
    vault: Vault,
    bus: Bus,
    verifier: Verifier,
    objects: EvidenceObjects,
    settings: EvidenceSettings,
) -> FastAPI:
    writer = Writer(store.database_url, NAME, [FILE, ACCESS], vault, now)
    database = engine(store.database_url)
    events = EventStore(database)
    custody = Custody(events)
    uploads = Uploads(custody, objects, settings.part_size, settings.upload_link)
    views = Views(engine(store.reader_url), vault)
    link_lifetime = timedelta(seconds=settings.download_link_seconds)
    return application(
        NAME,
        "Attachments: evidence and its custody",
        verifier=verifier,
        routers=[routes(writer, custody, uploads, objects, views, link_lifetime, now)],
        parts=Parts(
            relay=Relay(store.database_url, NAME, bus),
            projections=[Projector(store.database_url, NAME, [EVIDENCE])],
            consumers=[
                Consumer(
                    reactions.CASES,
                    "cases",
                    reactions.ON_CASES,
                    React(writer, reactions.on_case),
                    bus,
                ),
                Consumer(
                    reactions.REFERRALS,
                    "referrals",
                    reactions.ON_REFERRALS,
                    React(writer, reactions.on_referral),
                    bus,
                ),
            ],
            others=[SealingWorker(database, objects, writer)],
            needed={"database": events.head},
            wanted={"objects": objects.check_reachable},
        ),
        starts=[writer],
    )
