"""A referral's parties and events, for the specifications."""

from datetime import timedelta
from uuid import UUID

from services.notifications.deadlines import Waits
from shared.contracts.cases import ArrivalConfirmed, OwnershipTransferred
from shared.contracts.kinds import Category, ReferralKind, TransferRefusal, Urgency
from shared.contracts.marks import Sealed
from shared.contracts.referrals import (
    Parties,
    ReferralAccepted,
    ReferralCancelled,
    ReferralCompleted,
    ReferralExpired,
    ReferralFailed,
    ReferralOffered,
    ReferralRejected,
    ReferralStarted,
)
from tests.support.specification import NOON

SENDER, RECEIVER, OWNER, CASE, PERSON, REFERRAL, STAFF = (UUID(int=n) for n in range(1, 8))
SEALED = Sealed("A" * 40)
UNTIL = NOON + timedelta(days=3)
WAITS = Waits(
    {
        Urgency.EMERGENCY: (timedelta(minutes=30), timedelta(hours=2)),
        Urgency.URGENT: (timedelta(hours=24), timedelta(hours=48)),
        Urgency.NORMAL: (timedelta(days=7),),
    },
    arrival=(timedelta(hours=24), timedelta(hours=72)),
)

PARTIES = Parties(REFERRAL, ReferralKind.TRANSFER, CASE, PERSON, SENDER, RECEIVER)
OFFERED = ReferralOffered(PARTIES, Urgency.URGENT, (Category.IDENTITY,), SEALED, UNTIL)
ACCEPTED = ReferralAccepted(PARTIES, OWNER)
REJECTED = ReferralRejected(PARTIES, SEALED)
CANCELLED_BY_SENDER = ReferralCancelled(PARTIES, SENDER, SEALED)
CANCELLED_BY_RECEIVER = ReferralCancelled(PARTIES, RECEIVER, SEALED)
EXPIRED = ReferralExpired(PARTIES, UNTIL)
STARTED = ReferralStarted(PARTIES)
FAILED = ReferralFailed(PARTIES, TransferRefusal.NOT_THE_OWNER)
COMPLETED = ReferralCompleted(PARTIES, SEALED)
MOVED = OwnershipTransferred(CASE, PERSON, REFERRAL, SENDER, OWNER, RECEIVER, OWNER)
ARRIVED = ArrivalConfirmed(CASE, REFERRAL, SENDER, RECEIVER, NOON, SEALED)
