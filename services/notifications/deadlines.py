"""What waits for somebody, and when those who could end the wait are reminded. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic.dataclasses import dataclass

from services.notifications.commands import Remind
from shared.contracts.cases import ArrivalConfirmed, OwnershipTransferred
from shared.contracts.kinds import Urgency
from shared.contracts.notifications import NotificationKind
from shared.contracts.referrals import (
    ReferralAccepted,
    ReferralCancelled,
    ReferralExpired,
    ReferralOffered,
    ReferralRejected,
)

REMINDERS = uuid5(NAMESPACE_URL, "vcms:reminders")

STARTS_OR_ENDS_A_WAIT = (
    ReferralOffered,
    ReferralAccepted,
    ReferralRejected,
    ReferralCancelled,
    ReferralExpired,
    OwnershipTransferred,
    ArrivalConfirmed,
)


@dataclass(frozen=True, slots=True)
class Waits:
    """After how long a silence somebody is reminded, each in rising order."""

    offer: Mapping[Urgency, tuple[timedelta, ...]]
    arrival: tuple[timedelta, ...]


@dataclass(frozen=True, slots=True)
class Awaited:
    """What is waited for: an answer to a referral's offer, or the arrival after it."""

    kind: NotificationKind
    about: UUID

    def __str__(self) -> str:
        return f"{self.kind}/{self.about}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Both organisations are reminded at each moment of `due`, which rise."""

    awaited: Awaited
    organisations: tuple[UUID, UUID]
    due: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    awaited: Awaited


def turn(event: object, occurred_at: datetime, waits: Waits) -> Waiting | Ended | None:
    """The wait that the event begins or ends; None: neither."""
    match event:
        case ReferralOffered(parties=parties):
            return Waiting(
                Awaited(NotificationKind.OFFER_UNANSWERED, parties.referral_id),
                (parties.from_organisation, parties.to_organisation),
                before_the_end(event.offer_until, occurred_at, waits.offer[event.urgency]),
            )
        case (
            ReferralAccepted(parties=parties)
            | ReferralRejected(parties=parties)
            | ReferralCancelled(parties=parties)
            | ReferralExpired(parties=parties)
        ):
            return Ended(Awaited(NotificationKind.OFFER_UNANSWERED, parties.referral_id))
        case OwnershipTransferred():
            return Waiting(
                Awaited(NotificationKind.ARRIVAL_AWAITED, event.referral_id),
                (event.from_organisation, event.to_organisation),
                tuple(occurred_at + wait for wait in waits.arrival),
            )
        case ArrivalConfirmed():
            return Ended(Awaited(NotificationKind.ARRIVAL_AWAITED, event.referral_id))
        case _:
            return None


def before_the_end(
    end: datetime, begin: datetime, waits: tuple[timedelta, ...]
) -> tuple[datetime, ...]:
    """The moments that lie before the offer's end; where none does, the middle of its time."""
    moments = tuple(begin + wait for wait in waits if begin + wait < end)
    return moments or (begin + (end - begin) / 2,)


def is_due(waiting: Waiting, now: datetime) -> bool:
    return bool(waiting.due) and waiting.due[0] <= now


def reminders(waiting: Waiting, now: datetime) -> list[Remind]:
    """One for each organisation, for the latest moment that has passed: whoever was away for
    several is reminded once. Their ids follow from what they say."""
    passed = [moment for moment in waiting.due if moment <= now]
    return [_remind(waiting.awaited, who, passed[-1]) for who in waiting.organisations if passed]


def still_to_come(waiting: Waiting, now: datetime) -> Waiting:
    later = tuple(moment for moment in waiting.due if moment > now)
    return Waiting(waiting.awaited, waiting.organisations, later)


def _remind(awaited: Awaited, organisation: UUID, due_at: datetime) -> Remind:
    reminder_id = uuid5(REMINDERS, f"{awaited}/{organisation}/{due_at.isoformat()}")
    return Remind(reminder_id, organisation, awaited.kind, awaited.about, due_at)
