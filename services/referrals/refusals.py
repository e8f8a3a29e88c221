"""Why a referral's command was refused. A stranger to the referral gets `NotFound`, whatever its
state; these are for those who know of it."""

from dataclasses import dataclass
from datetime import datetime

from services.referrals.state import ReferralStatus
from shared.contracts.refused import Refused


class AddresseeIsTheSender(Refused):
    """A hand-over inside one organisation is a reassignment of the case."""

    status = 422
    field = "to_organisation"


class AddresseeIsNotRegistered(Refused):
    """The directory has no such organisation: choose one from the list of organisations."""

    status = 422
    field = "to_organisation"


class NothingIsShared(Refused):
    """A referral must name at least one category."""

    status = 422
    field = "categories"


class OfferEndsInThePast(Refused):
    """The offer must stand for a while: name a time to come, or none for the rule's own."""

    status = 422
    field = "offer_until"


@dataclass
class OfferStandsTooLong(Refused):
    """The rule for this urgency lets an offer stand until `latest` and no longer."""

    status = 422
    field = "offer_until"
    latest: datetime


class OnlyTheReceiverAnswers(Refused):
    """The sender knows the referral, so it is told why."""

    status = 403


class ReferralIsAlreadyOffered(Refused):
    """This referral was offered before; a new one gets an id of its own."""


class OfferExpired(Refused):
    """The offer's own time has passed, whether or not the clock has said so yet."""


@dataclass
class OfferStillStands(Refused):
    """It expires at `offer_until`, when nobody has answered by then."""

    offer_until: datetime


class ReferralIsNotAccepted(Refused):
    """The receiver has not accepted it yet: it must do so before anything is done about it."""


class ReferralIsAlreadyAccepted(Refused):
    """The receiver has answered: it is accepted, and is not answered twice."""


class ReferralHasStarted(Refused):
    """The receiver is at work on it; what comes next is to complete or to cancel it."""


@dataclass
class ReferralHasEnded(Refused):
    """Nothing can be done about it any more; `state` says how it ended."""

    state: ReferralStatus


class TransferUnderWay(Refused):
    """Accepted: only the case's answer moves the referral now."""


class NoTransferUnderWay(Refused):
    """Only an accepted transfer waits for the case's answer, and this is none."""


class OwnershipHasMoved(Refused):
    """The receiver owns the case: calling the referral off would not bring it back."""
