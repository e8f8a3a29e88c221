"""Why a referral's command was refused. A stranger to the referral gets `NotFound`, whatever its
state; these are for those who know of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.referrals.state import ReferralStatus
from shared.contracts.refused import Refused


class AddresseeIsTheSender(Refused):
    """A hand-over inside one organisation is a reassignment of the case."""

    status = 422


@dataclass
class AddresseeIsNotRegistered(Refused):
    status = 422
    to_organisation: UUID


class NothingIsShared(Refused):
    """A referral must name at least one category."""

    status = 422


class OfferEndsInThePast(Refused):
    status = 422


@dataclass
class OfferStandsTooLong(Refused):
    status = 422
    latest: datetime


class OnlyTheReceiverAnswers(Refused):
    """The sender knows the referral, so it is told why."""

    status = 403


class ReferralIsAlreadyOffered(Refused):
    pass


class OfferExpired(Refused):
    """The offer's own time has passed, whether or not the clock has said so yet."""


@dataclass
class OfferStillStands(Refused):
    offer_until: datetime


class ReferralIsNotAccepted(Refused):
    pass


class ReferralIsAlreadyAccepted(Refused):
    pass


class ReferralHasStarted(Refused):
    pass


@dataclass
class ReferralHasEnded(Refused):
    state: ReferralStatus


class TransferUnderWay(Refused):
    """Accepted: only the case's answer moves the referral now."""


class NoTransferUnderWay(Refused):
    pass


class OwnershipHasMoved(Refused):
    """The receiver owns the case: calling the referral off would not bring it back."""
