"""The service `notifications`, wired. It holds no credentials for the sealing keys."""

from fastapi import FastAPI

from services.notifications import state
from services.notifications.api import addresses_api, notifications_api
from services.notifications.channels.mail import MailBox
from services.notifications.deadlines import Waits
from services.notifications.decisions import decide, decide_reminder
from services.notifications.delivery import MailDelivery
from services.notifications.projections import MAILS, NOTIFICATIONS
from services.notifications.reactions import (
    CASES,
    ON_CASES,
    ON_REFERRALS,
    ON_REMINDERS,
    REFERRALS,
    REMINDERS,
    on_case,
    on_referral,
    on_reminder,
)
from services.notifications.timers import Timers
from shared.contracts.kinds import Urgency
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
from shared.runtime.clock import Clock, now
from shared.runtime.health import Parts
from shared.runtime.identity import Verifier
from shared.runtime.service import application
from shared.runtime.settings import (
    IdentitySettings,
    KafkaSettings,
    ReminderSettings,
    SmtpSettings,
    StoreSettings,
    load,
)

SERVICE = "notifications"

NOTIFICATION = Aggregate("notification", state.NEW, decide, state.evolve)
REMINDER = Aggregate("reminder", state.NEW_REMINDER, decide_reminder, state.evolve_reminder)


def create() -> FastAPI:
    """Raises SettingsAreWrong: a setting is missing or malformed."""
    kafka = load(KafkaSettings).kafka_bootstrap
    return compose(
        load(StoreSettings),
        KafkaBus(kafka),
        kafka,
        load(SmtpSettings),
        waits_of(load(ReminderSettings)),
        Verifier(load(IdentitySettings)),
    )


def compose(
    store: StoreSettings,
    bus: Bus,
    kafka: str | None,
    smtp: SmtpSettings,
    waits: Waits,
    verifier: Verifier,
    clock: Clock = now,
) -> FastAPI:
    """`kafka` None: no timers, since faust needs a broker."""
    database, reader = engine(store.database_url), engine(store.reader_url)
    events = EventStore(database)
    writer = Writer(store.database_url, SERVICE, [NOTIFICATION, REMINDER], None, clock)
    timers = [] if kafka is None else [Timers(kafka, database, writer, waits, clock)]
    return application(
        SERVICE,
        "Notifications",
        verifier=verifier,
        routers=[notifications_api(writer, reader), addresses_api(database, events, clock)],
        parts=Parts(
            relay=Relay(store.database_url, SERVICE, bus),
            projections=[Projector(store.database_url, SERVICE, [NOTIFICATIONS, MAILS])],
            consumers=[
                Consumer(REFERRALS, "referrals", ON_REFERRALS, React(writer, on_referral), bus),
                Consumer(CASES, "cases", ON_CASES, React(writer, on_case), bus),
                Consumer(REMINDERS, SERVICE, ON_REMINDERS, React(writer, on_reminder), bus),
            ],
            others=[MailDelivery(database, writer, MailBox(smtp), clock), *timers],
            needed={"database": events.head},
        ),
        starts=[writer],
    )


def waits_of(settings: ReminderSettings) -> Waits:
    return Waits(
        {
            Urgency.EMERGENCY: settings.remind_emergency,
            Urgency.URGENT: settings.remind_urgent,
            Urgency.NORMAL: settings.remind_normal,
        },
        settings.remind_arrival,
    )
