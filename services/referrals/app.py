"""The service `referrals`, wired."""

from functools import partial

from fastapi import FastAPI

from services.referrals import decisions, state
from services.referrals.api import referrals_api
from services.referrals.clock import OfferClock
from services.referrals.directory import decisions as directory_decisions
from services.referrals.directory import state as directory_state
from services.referrals.directory.api import directory_api
from services.referrals.directory.projections import DIRECTORY
from services.referrals.projections import CASE_OWNERS, REFERRALS, WAITING
from services.referrals.reactions import ANSWERS, ON_ANSWERS, on_answer
from shared.contracts.kinds import Urgency
from shared.eventstore.aggregate import Aggregate, AnyAggregate
from shared.eventstore.connections import engine
from shared.eventstore.projector import Projector
from shared.eventstore.store import EventStore
from shared.eventstore.writer import Writer
from shared.messaging.bus import KafkaBus
from shared.messaging.consumer import Consumer
from shared.messaging.effects import Project, React
from shared.messaging.relay import Relay
from shared.messaging.topics import Bus
from shared.runtime.clock import Clock, now
from shared.runtime.health import Parts
from shared.runtime.identity import Verifier
from shared.runtime.service import application
from shared.runtime.settings import (
    IdentitySettings,
    KafkaSettings,
    KeySettings,
    OfferSettings,
    StoreSettings,
    load,
)
from shared.vault.providers import KeyFile
from shared.vault.tables import SubjectKeys
from shared.vault.vault import Vault

SERVICE = "referrals"


def create() -> FastAPI:
    """Raises SettingsAreWrong: a setting is missing or malformed."""
    keys, offers = load(KeySettings), load(OfferSettings)
    return compose(
        load(StoreSettings),
        vault=Vault(SubjectKeys(keys.keys_url), KeyFile(keys.key_file)),
        bus=KafkaBus(load(KafkaSettings).kafka_bootstrap),
        verifier=Verifier(load(IdentitySettings)),
        offers=offers,
    )


def compose(
    store: StoreSettings,
    vault: Vault,
    bus: Bus,
    verifier: Verifier,
    offers: OfferSettings,
    clock: Clock = now,
) -> FastAPI:
    database, reader = engine(store.database_url), engine(store.reader_url)
    writer = Writer(store.database_url, SERVICE, aggregates(offers), vault, clock)
    projector = Projector(store.database_url, SERVICE, [REFERRALS, WAITING, DIRECTORY])
    owners = Project(database, CASE_OWNERS.project)
    answers = React(writer, on_answer)
    return application(
        SERVICE,
        "Referrals",
        verifier=verifier,
        routers=[*referrals_api(writer, reader, vault), directory_api(writer, reader)],
        parts=Parts(
            relay=Relay(store.database_url, SERVICE, bus),
            projections=[projector],
            consumers=[
                Consumer(CASE_OWNERS.name, "cases", CASE_OWNERS.handles, owners, bus),
                Consumer(ANSWERS, "cases", ON_ANSWERS, answers, bus),
            ],
            others=[OfferClock(database, writer, clock)],
            needed={"database": EventStore(database).head},
        ),
        starts=[writer],
    )


def aggregates(offers: OfferSettings) -> list[AnyAggregate]:
    limits = {
        Urgency.EMERGENCY: offers.offer_emergency,
        Urgency.URGENT: offers.offer_urgent,
        Urgency.NORMAL: offers.offer_normal,
    }
    return [
        Aggregate("referral", state.NEW, partial(decisions.decide, limits), state.evolve),
        Aggregate(
            "organisation", directory_state.NEW, directory_decisions.decide, directory_state.evolve
        ),
    ]
