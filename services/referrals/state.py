"""A referral as its history left it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from shared.contracts.kinds import Category, ReferralKind
from shared.contracts.referrals import (
    DisclosureGranted,
    Parties,
    ReferralAccepted,
    ReferralCancelled,
    ReferralCompleted,
    ReferralEvent,
    ReferralExpired,
    ReferralFailed,
    ReferralOffered,
    ReferralRejected,
    ReferralStarted,
)


class ReferralStatus(StrEnum):
    """FHIR R4 `Task.status`, and `expired`, which FHIR leaves to `businessStatus`."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    IN_PROGRESS = "in-progress"
    FAILED = "failed"
    COMPLETED = "completed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class NoReferral:
    pass


@dataclass(frozen=True, slots=True)
class OfferedReferral:
    parties: Parties
    categories: tuple[Category, ...]
    offer_until: datetime


@dataclass(frozen=True, slots=True)
class AcceptedService:
    """The receiver may read what was granted, and has not begun."""

    parties: Parties


@dataclass(frozen=True, slots=True)
class AcceptedTransfer:
    """Accepted; only the case can say whether it changes hands."""

    parties: Parties
    categories: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class StartedService:
    parties: Parties


@dataclass(frozen=True, slots=True)
class StartedTransfer:
    """The case has changed hands."""

    parties: Parties


@dataclass(frozen=True, slots=True)
class EndedReferral:
    parties: Parties
    status: ReferralStatus


KnownReferral = (
    OfferedReferral
    | AcceptedService
    | AcceptedTransfer
    | StartedService
    | StartedTransfer
    | EndedReferral
)
Referral = NoReferral | KnownReferral
NEW: Referral = NoReferral()


def evolve(referral: Referral, event: ReferralEvent) -> Referral:
    match event:
        case ReferralOffered():
            return OfferedReferral(event.parties, event.categories, event.offer_until)
        case ReferralAccepted():
            return _accepted(referral, event.parties)
        case ReferralStarted():
            return _started(event.parties)
        case ReferralRejected():
            return EndedReferral(event.parties, ReferralStatus.REJECTED)
        case ReferralCancelled():
            return EndedReferral(event.parties, ReferralStatus.CANCELLED)
        case ReferralExpired():
            return EndedReferral(event.parties, ReferralStatus.EXPIRED)
        case ReferralFailed():
            return EndedReferral(event.parties, ReferralStatus.FAILED)
        case ReferralCompleted():
            return EndedReferral(event.parties, ReferralStatus.COMPLETED)
        case DisclosureGranted():
            return referral
        case _:
            assert_never(event)


def _accepted(referral: Referral, parties: Parties) -> AcceptedService | AcceptedTransfer:
    if parties.kind is ReferralKind.SERVICE:
        return AcceptedService(parties)
    categories = referral.categories if isinstance(referral, OfferedReferral) else ()
    return AcceptedTransfer(parties, categories)


def _started(parties: Parties) -> StartedService | StartedTransfer:
    if parties.kind is ReferralKind.SERVICE:
        return StartedService(parties)
    return StartedTransfer(parties)
