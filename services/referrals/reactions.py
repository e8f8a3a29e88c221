"""The case answers an accepted transfer: it has changed hands, or it says why not."""

from collections.abc import Sequence
from uuid import UUID

from services.referrals.commands import FailReferral, ReferralCommand, StartTransferredReferral
from shared.contracts.cases import OwnershipTransferred, TransferRefused
from shared.eventstore.calls import Call
from shared.eventstore.recorded import Recorded
from shared.messaging.reactions import reaction_call

ANSWERS = "referrals.answers"

ON_ANSWERS = (OwnershipTransferred, TransferRefused)


def on_answer(recorded: Recorded) -> Sequence[Call]:
    match recorded.event:
        case OwnershipTransferred(referral_id=referral_id):
            return (_answer(recorded, referral_id, StartTransferredReferral()),)
        case TransferRefused(referral_id=referral_id, reason=reason):
            return (_answer(recorded, referral_id, FailReferral(reason)),)
        case _:
            return ()


def _answer(recorded: Recorded, referral_id: UUID, command: ReferralCommand) -> Call:
    return reaction_call(ANSWERS, recorded, stream=f"referral-{referral_id}", command=command)
