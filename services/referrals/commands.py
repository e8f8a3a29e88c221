"""What may be asked of a referral. `by` is the organisation that asks; the case and the clock,
which answer as themselves, need none."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.kinds import Category, ReferralKind, TransferRefusal, Urgency
from shared.contracts.marks import Personal
from shared.contracts.profile import MinimisedOffer


@dataclass(frozen=True, slots=True)
class OfferReferral:
    referral_id: UUID
    kind: ReferralKind
    by: UUID
    case_id: UUID
    person_id: UUID | None
    """Whom the case is about; None where it is not the sender's, as far as is known here."""
    to_organisation: UUID
    addressee_is_registered: bool
    urgency: Urgency
    categories: frozenset[Category]
    offer: Personal[MinimisedOffer]
    offer_until: datetime | None = None
    """None: as long as the rule for this urgency allows."""


@dataclass(frozen=True, slots=True)
class AcceptReferral:
    by: UUID
    owner: UUID
    """The staff member who is to look after the case."""


@dataclass(frozen=True, slots=True)
class RejectReferral:
    by: UUID
    reason: Personal[str]


@dataclass(frozen=True, slots=True)
class CancelReferral:
    by: UUID
    reason: Personal[str]


@dataclass(frozen=True, slots=True)
class StartReferral:
    by: UUID


@dataclass(frozen=True, slots=True)
class CompleteReferral:
    by: UUID
    outcome: Personal[str]


@dataclass(frozen=True, slots=True)
class StartTransferredReferral:
    """The case's answer: it has changed hands."""


@dataclass(frozen=True, slots=True)
class FailReferral:
    """The case's answer: it has not changed hands."""

    reason: TransferRefusal


@dataclass(frozen=True, slots=True)
class ExpireReferral:
    """Asked by the clock."""


ReferralCommand = (
    OfferReferral
    | AcceptReferral
    | RejectReferral
    | CancelReferral
    | StartReferral
    | CompleteReferral
    | StartTransferredReferral
    | FailReferral
    | ExpireReferral
)
