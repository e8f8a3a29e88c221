"""What each command does to a referral in each state, as one table, and who may ask."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

import pytest

from services.referrals.commands import (
    AcceptReferral,
    CancelReferral,
    CompleteReferral,
    ExpireReferral,
    FailReferral,
    ReferralCommand,
    RejectReferral,
    StartReferral,
    StartTransferredReferral,
)
from services.referrals.refusals import (
    NoTransferUnderWay,
    OfferExpired,
    OfferStillStands,
    OnlyTheReceiverAnswers,
    OwnershipHasMoved,
    ReferralHasEnded,
    ReferralHasStarted,
    ReferralIsAlreadyAccepted,
    ReferralIsAlreadyOffered,
    ReferralIsNotAccepted,
    TransferUnderWay,
)
from shared.contracts.kinds import TransferRefusal
from shared.contracts.referrals import ReferralEvent
from shared.contracts.refused import NotFound, Refused
from tests.support.specification import NOON
from tests.unit.referrals.examples import (
    OFFER_SERVICE,
    OUTCOME,
    OWNER,
    REASON,
    RECEIVER,
    SENDER,
    SERVICE,
    STRANGER,
    TRANSFER,
    UNTIL,
    specification,
)

OFFERED = "offered"
LATE = "offered, too late"
ACCEPTED = "accepted service"
UNDER_WAY = "accepted transfer"
STARTED = "started service"
MOVED = "started transfer"
REJECTED = "rejected"
CANCELLED = "cancelled"
EXPIRED = "expired"
FAILED = "failed"
COMPLETED = "completed"
NOTHING = "never offered"

HISTORIES: Mapping[str, Sequence[ReferralEvent]] = {
    NOTHING: (),
    OFFERED: (SERVICE.offered,),
    LATE: (SERVICE.offered,),
    ACCEPTED: (SERVICE.offered, SERVICE.accepted, SERVICE.disclosed),
    UNDER_WAY: (TRANSFER.offered, TRANSFER.accepted),
    STARTED: (SERVICE.offered, SERVICE.accepted, SERVICE.disclosed, SERVICE.started),
    MOVED: (TRANSFER.offered, TRANSFER.accepted, TRANSFER.started, TRANSFER.disclosed),
    REJECTED: (SERVICE.offered, SERVICE.rejected),
    CANCELLED: (SERVICE.offered, SERVICE.cancelled(SENDER)),
    EXPIRED: (SERVICE.offered, SERVICE.expired),
    FAILED: (TRANSFER.offered, TRANSFER.accepted, TRANSFER.failed),
    COMPLETED: (SERVICE.offered, SERVICE.accepted, SERVICE.disclosed, SERVICE.completed),
}
ENDED = (REJECTED, CANCELLED, FAILED, COMPLETED)

ACCEPT = AcceptReferral(RECEIVER, OWNER)
REJECT = RejectReferral(RECEIVER, REASON)
CANCEL = CancelReferral(SENDER, REASON)
START = StartReferral(RECEIVER)
COMPLETE = CompleteReferral(RECEIVER, OUTCOME)
MOVE = StartTransferredReferral()
FAIL = FailReferral(TransferRefusal.NOT_THE_OWNER)
EXPIRE = ExpireReferral()

Outcome = Sequence[ReferralEvent] | type[Refused]


def each_ended(refusal: type[Refused]) -> dict[str, Outcome]:
    return dict.fromkeys(ENDED, refusal)


TABLE: Mapping[ReferralCommand, Mapping[str, Outcome]] = {
    OFFER_SERVICE: {
        **dict.fromkeys(HISTORIES, ReferralIsAlreadyOffered),
        NOTHING: [SERVICE.offered],
    },
    ACCEPT: {
        NOTHING: NotFound,
        OFFERED: [SERVICE.accepted, SERVICE.disclosed],
        LATE: OfferExpired,
        ACCEPTED: ReferralIsAlreadyAccepted,
        UNDER_WAY: TransferUnderWay,
        STARTED: ReferralIsAlreadyAccepted,
        MOVED: ReferralIsAlreadyAccepted,
        EXPIRED: OfferExpired,
        **each_ended(ReferralHasEnded),
    },
    REJECT: {
        NOTHING: NotFound,
        OFFERED: [SERVICE.rejected],
        LATE: OfferExpired,
        ACCEPTED: ReferralIsAlreadyAccepted,
        UNDER_WAY: TransferUnderWay,
        STARTED: ReferralIsAlreadyAccepted,
        MOVED: ReferralIsAlreadyAccepted,
        EXPIRED: OfferExpired,
        **each_ended(ReferralHasEnded),
    },
    CANCEL: {
        NOTHING: NotFound,
        OFFERED: [SERVICE.cancelled(SENDER)],
        LATE: OfferExpired,
        ACCEPTED: [SERVICE.cancelled(SENDER)],
        UNDER_WAY: TransferUnderWay,
        STARTED: [SERVICE.cancelled(SENDER)],
        MOVED: OwnershipHasMoved,
        EXPIRED: OfferExpired,
        **each_ended(ReferralHasEnded),
    },
    START: {
        NOTHING: NotFound,
        OFFERED: ReferralIsNotAccepted,
        LATE: ReferralIsNotAccepted,
        ACCEPTED: [SERVICE.started],
        UNDER_WAY: TransferUnderWay,
        STARTED: ReferralHasStarted,
        MOVED: ReferralHasStarted,
        EXPIRED: ReferralHasEnded,
        **each_ended(ReferralHasEnded),
    },
    COMPLETE: {
        NOTHING: NotFound,
        OFFERED: ReferralIsNotAccepted,
        LATE: ReferralIsNotAccepted,
        ACCEPTED: [SERVICE.completed],
        UNDER_WAY: TransferUnderWay,
        STARTED: [SERVICE.completed],
        MOVED: [TRANSFER.completed],
        EXPIRED: ReferralHasEnded,
        **each_ended(ReferralHasEnded),
    },
    MOVE: {
        **dict.fromkeys(HISTORIES, NoTransferUnderWay),
        UNDER_WAY: [TRANSFER.started, TRANSFER.disclosed],
        MOVED: OwnershipHasMoved,
    },
    FAIL: {
        **dict.fromkeys(HISTORIES, NoTransferUnderWay),
        UNDER_WAY: [TRANSFER.failed],
        MOVED: OwnershipHasMoved,
    },
    EXPIRE: {
        NOTHING: NotFound,
        OFFERED: OfferStillStands,
        LATE: [SERVICE.expired],
        ACCEPTED: ReferralIsAlreadyAccepted,
        UNDER_WAY: TransferUnderWay,
        STARTED: ReferralIsAlreadyAccepted,
        MOVED: ReferralIsAlreadyAccepted,
        EXPIRED: OfferExpired,
        **each_ended(ReferralHasEnded),
    },
}


@pytest.mark.parametrize("state", HISTORIES)
@pytest.mark.parametrize("command", TABLE, ids=lambda command: type(command).__name__)
def test_each_command_in_each_state(command: ReferralCommand, state: str) -> None:
    now = UNTIL if state == LATE else NOON
    when = specification.given(*HISTORIES[state]).when(command, now)
    match TABLE[command][state]:
        case type() as refusal:
            when.refused(refusal)
        case events:
            when.then(*events)


def test_an_accepted_transfer_discloses_nothing_before_the_case_has_answered() -> None:
    specification.given(TRANSFER.offered).when(ACCEPT).then(TRANSFER.accepted)


def test_the_receiver_may_cancel_too() -> None:
    specification.given(SERVICE.offered).when(CancelReferral(RECEIVER, REASON)).then(
        SERVICE.cancelled(RECEIVER)
    )


ASKED_BY: Sequence[Callable[[UUID], ReferralCommand]] = (
    lambda by: AcceptReferral(by, OWNER),
    lambda by: RejectReferral(by, REASON),
    lambda by: CancelReferral(by, REASON),
    StartReferral,
    lambda by: CompleteReferral(by, OUTCOME),
)


@pytest.mark.parametrize("state", HISTORIES)
@pytest.mark.parametrize("asked_by", ASKED_BY)
def test_a_stranger_finds_no_referral_whatever_its_state(
    asked_by: Callable[[UUID], ReferralCommand], state: str
) -> None:
    specification.given(*HISTORIES[state]).when(asked_by(STRANGER)).refused(NotFound)


@pytest.mark.parametrize(
    "command",
    [
        AcceptReferral(SENDER, OWNER),
        RejectReferral(SENDER, REASON),
        StartReferral(SENDER),
        CompleteReferral(SENDER, OUTCOME),
    ],
    ids=lambda command: type(command).__name__,
)
def test_the_sender_cannot_answer_for_the_receiver(command: ReferralCommand) -> None:
    specification.given(SERVICE.offered).when(command).refused(OnlyTheReceiverAnswers)


def test_the_last_moment_of_an_offer_still_counts() -> None:
    last_moment = UNTIL.replace(hour=11, minute=59, second=59, microsecond=999_999)
    specification.given(TRANSFER.offered).when(ACCEPT, last_moment).then(TRANSFER.accepted)
