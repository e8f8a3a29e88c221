"""What happened to referrals and to the directory. Never changed, only added to.

Every referral event repeats its parties, so that whoever reacts needs no other fact. Subject: the
person referred; a directory event has none.
"""

from uuid import UUID

from pydantic.dataclasses import dataclass

from shared.contracts.kinds import (
    Category,
    OrganisationType,
    ReferralKind,
    TransferRefusal,
    Urgency,
)
from shared.contracts.marks import EventTime, Personal, Public
from shared.contracts.profile import MinimisedOffer


@dataclass(frozen=True, slots=True)
class Parties:
    """Who refers whose case to whom."""

    referral_id: UUID
    kind: ReferralKind
    case_id: UUID
    person_id: UUID
    from_organisation: UUID
    to_organisation: UUID


@dataclass(frozen=True, slots=True)
class ReferralOffered:
    parties: Parties
    urgency: Urgency
    categories: tuple[Category, ...]
    offer: Personal[MinimisedOffer]
    offer_until: EventTime


@dataclass(frozen=True, slots=True)
class ReferralAccepted:
    parties: Parties
    owner: UUID
    """The staff member whom the receiver appointed."""


@dataclass(frozen=True, slots=True)
class ReferralRejected:
    parties: Parties
    reason: Personal[str]


@dataclass(frozen=True, slots=True)
class ReferralCancelled:
    parties: Parties
    by_organisation: UUID
    reason: Personal[str]


@dataclass(frozen=True, slots=True)
class ReferralExpired:
    parties: Parties
    offer_until: EventTime


@dataclass(frozen=True, slots=True)
class ReferralStarted:
    parties: Parties


@dataclass(frozen=True, slots=True)
class ReferralFailed:
    parties: Parties
    reason: TransferRefusal


@dataclass(frozen=True, slots=True)
class ReferralCompleted:
    parties: Parties
    outcome: Personal[str]


@dataclass(frozen=True, slots=True)
class DisclosureGranted:
    """From here the receiver may read these categories of the case."""

    parties: Parties
    categories: tuple[Category, ...]


ReferralEvent = (
    ReferralOffered
    | ReferralAccepted
    | ReferralRejected
    | ReferralCancelled
    | ReferralExpired
    | ReferralStarted
    | ReferralFailed
    | ReferralCompleted
    | DisclosureGranted
)


@dataclass(frozen=True, slots=True)
class OrganisationRegistered:
    organisation: UUID
    name: Public[str]
    kind: OrganisationType
    country: Public[str]
    """ISO 3166-1 alpha-2."""
    services: Public[tuple[str, ...]]
    """HTCDS 2.0 `spl_Type` values that it offers."""


DirectoryEvent = OrganisationRegistered
