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
    """Whether the owner stays or the case changes hands."""
    case_id: UUID
    person_id: UUID
    from_organisation: UUID
    to_organisation: UUID


@dataclass(frozen=True, slots=True)
class ReferralOffered:
    """An organisation is asked for a service, or to take a case over."""

    parties: Parties
    urgency: Urgency
    """How soon it must be answered."""
    categories: tuple[Category, ...]
    """What the receiver may read once it has accepted."""
    offer: Personal[MinimisedOffer]
    """What the receiver sees before it accepts."""
    offer_until: EventTime
    """When the offer ends unanswered."""


@dataclass(frozen=True, slots=True)
class ReferralAccepted:
    """The receiver says yes. In a transfer the case must still answer."""

    parties: Parties
    owner: UUID
    """The staff member whom the receiver appointed."""


@dataclass(frozen=True, slots=True)
class ReferralRejected:
    """The receiver says no."""

    parties: Parties
    reason: Personal[str]
    """Why, for the sender to read."""


@dataclass(frozen=True, slots=True)
class ReferralCancelled:
    """One of the two calls it off."""

    parties: Parties
    by_organisation: UUID
    """Which of the two."""
    reason: Personal[str]
    """Why, for the other to read."""


@dataclass(frozen=True, slots=True)
class ReferralExpired:
    """Nobody has answered in time: told by the clock."""

    parties: Parties
    offer_until: EventTime
    """When the offer ended."""


@dataclass(frozen=True, slots=True)
class ReferralStarted:
    """The receiver is at work; in a transfer it owns the case."""

    parties: Parties


@dataclass(frozen=True, slots=True)
class ReferralFailed:
    """An accepted transfer could not move the case."""

    parties: Parties
    reason: TransferRefusal
    """Why it could not."""


@dataclass(frozen=True, slots=True)
class ReferralCompleted:
    """The receiver has done what was asked."""

    parties: Parties
    outcome: Personal[str]
    """What was done, for the sender to read."""


@dataclass(frozen=True, slots=True)
class DisclosureGranted:
    """From here the receiver may read these categories of the case."""

    parties: Parties
    categories: tuple[Category, ...]
    """What it may read."""


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
    """An organisation stands in the directory, and can be sent referrals."""

    organisation: UUID
    """Its id."""
    name: Public[str]
    """As it calls itself."""
    kind: OrganisationType
    """HTCDS 2.0 `org_Type`."""
    country: Public[str]
    """ISO 3166-1 alpha-2."""
    services: Public[tuple[str, ...]]
    """HTCDS 2.0 `spl_Type` values that it offers."""


DirectoryEvent = OrganisationRegistered
