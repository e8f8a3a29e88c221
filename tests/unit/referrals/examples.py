"""One referral of each kind, and its events, for the specifications."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from services.referrals.commands import OfferReferral, ReferralCommand
from services.referrals.decisions import decide
from services.referrals.state import NEW, Referral, evolve
from shared.contracts.kinds import Category, ReferralKind, TransferRefusal, Urgency
from shared.contracts.marks import Clear
from shared.contracts.profile import MinimisedOffer
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
from tests.support.specification import NOON, Specification

SENDER, RECEIVER, STRANGER, OWNER, CASE, PERSON, REFERRAL = (UUID(int=n) for n in range(1, 8))
LIMITS = {
    Urgency.EMERGENCY: timedelta(hours=24),
    Urgency.URGENT: timedelta(hours=72),
    Urgency.NORMAL: timedelta(days=14),
}
OFFER = Clear(MinimisedOffer(age_band="16-17", services_wanted=("Shelter",)))
REASON = Clear("no bed is free")
OUTCOME = Clear("she has a place to live")
CATEGORIES = (Category.IDENTITY, Category.SERVICES)
OFFER_SERVICE = OfferReferral(
    referral_id=REFERRAL,
    kind=ReferralKind.SERVICE,
    by=SENDER,
    case_id=CASE,
    person_id=PERSON,
    to_organisation=RECEIVER,
    addressee_is_registered=True,
    urgency=Urgency.URGENT,
    categories=frozenset(CATEGORIES),
    offer=OFFER,
)
UNTIL = NOON + LIMITS[Urgency.URGENT]

specification: Specification[ReferralCommand, Referral, ReferralEvent] = Specification(
    NEW, partial(decide, LIMITS), evolve
)


class Story:
    """The events that a referral of one kind can have."""

    def __init__(self, kind: ReferralKind) -> None:
        self.parties = Parties(REFERRAL, kind, CASE, PERSON, SENDER, RECEIVER)
        self.offered = ReferralOffered(self.parties, Urgency.URGENT, CATEGORIES, OFFER, UNTIL)
        self.accepted = ReferralAccepted(self.parties, OWNER)
        self.disclosed = DisclosureGranted(self.parties, CATEGORIES)
        self.rejected = ReferralRejected(self.parties, REASON)
        self.started = ReferralStarted(self.parties)
        self.failed = ReferralFailed(self.parties, TransferRefusal.NOT_THE_OWNER)
        self.expired = ReferralExpired(self.parties, UNTIL)
        self.completed = ReferralCompleted(self.parties, OUTCOME)

    def cancelled(self, by: UUID) -> ReferralCancelled:
        return ReferralCancelled(self.parties, by, REASON)


SERVICE = Story(ReferralKind.SERVICE)
TRANSFER = Story(ReferralKind.TRANSFER)
