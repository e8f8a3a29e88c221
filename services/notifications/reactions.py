"""Who must know what: events of referrals and cases, and our own reminders, to notifications."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from services.notifications.commands import QueueNotification
from shared.contracts.actor import Role
from shared.contracts.cases import ArrivalConfirmed
from shared.contracts.notifications import NotificationKind as Kind
from shared.contracts.notifications import ReminderDue
from shared.contracts.referrals import (
    ReferralAccepted,
    ReferralCancelled,
    ReferralCompleted,
    ReferralExpired,
    ReferralFailed,
    ReferralOffered,
    ReferralRejected,
    ReferralStarted,
)
from shared.eventstore.calls import Call
from shared.eventstore.recorded import Recorded
from shared.messaging.reactions import reaction_call

REFERRALS = "notifications.referrals"
CASES = "notifications.cases"
REMINDERS = "notifications.reminders"

TOLD_TO_THE_SENDER = {
    ReferralAccepted: Kind.REFERRAL_ACCEPTED,
    ReferralRejected: Kind.REFERRAL_REJECTED,
    ReferralExpired: Kind.REFERRAL_EXPIRED,
    ReferralStarted: Kind.REFERRAL_STARTED,
    ReferralCompleted: Kind.REFERRAL_COMPLETED,
}
ON_REFERRALS = (ReferralOffered, ReferralCancelled, ReferralFailed, *TOLD_TO_THE_SENDER)
ON_CASES = (ArrivalConfirmed,)
ON_REMINDERS = (ReminderDue,)

Audience = tuple[UUID, Role]


def on_referral(recorded: Recorded) -> Sequence[Call]:
    match recorded.event:
        case ReferralOffered(parties=parties):
            told = [receivers(parties.to_organisation)]
            kind = Kind.REFERRAL_OFFERED
        case ReferralCancelled(parties=parties, by_organisation=by):
            by_sender = by == parties.from_organisation
            other = receivers(parties.to_organisation)
            told = [other if by_sender else senders(parties.from_organisation)]
            kind = Kind.REFERRAL_CANCELLED
        case ReferralFailed(parties=parties):
            told = [senders(parties.from_organisation), receivers(parties.to_organisation)]
            kind = Kind.REFERRAL_FAILED
        case (
            ReferralAccepted(parties=parties)
            | ReferralRejected(parties=parties)
            | ReferralExpired(parties=parties)
            | ReferralStarted(parties=parties)
            | ReferralCompleted(parties=parties)
        ) as event:
            told = [senders(parties.from_organisation)]
            kind = TOLD_TO_THE_SENDER[type(event)]
        case _:
            return ()
    return tell(REFERRALS, recorded, told, kind, parties.referral_id)


def on_case(recorded: Recorded) -> Sequence[Call]:
    match recorded.event:
        case ArrivalConfirmed(from_organisation=sender, referral_id=referral_id):
            told = [senders(sender)]
            return tell(CASES, recorded, told, Kind.ARRIVAL_CONFIRMED, referral_id)
        case _:
            return ()


def on_reminder(recorded: Recorded) -> Sequence[Call]:
    """An unanswered offer is for supervisors, a missed arrival for those who know the survivor."""
    match recorded.event:
        case ReminderDue(kind=kind, organisation=organisation, about=about):
            role = Role.SUPERVISOR if kind is Kind.OFFER_UNANSWERED else Role.CASEWORKER
            return tell(REMINDERS, recorded, [(organisation, role)], kind, about)
        case _:
            return ()


def receivers(organisation: UUID) -> Audience:
    return organisation, Role.SUPERVISOR


def senders(organisation: UUID) -> Audience:
    return organisation, Role.CASEWORKER


def tell(
    consumer: str, recorded: Recorded, told: Sequence[Audience], kind: Kind, about: UUID
) -> Sequence[Call]:
    """One command for each audience; a repeat of the event makes the same ones."""
    return [_call(consumer, recorded, n, audience, kind, about) for n, audience in enumerate(told)]


def _call(
    consumer: str, recorded: Recorded, n: int, audience: Audience, kind: Kind, about: UUID
) -> Call:
    notification_id = uuid5(recorded.envelope.id, f"notification/{n}")
    command = QueueNotification(notification_id, *audience, kind, about)
    return reaction_call(
        consumer, recorded, stream=f"notification-{notification_id}", command=command, n=n
    )
