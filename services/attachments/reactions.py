"""Access to evidence follows what other services say: who owns a case, who was granted a look."""

from collections.abc import Sequence
from uuid import UUID

from services.attachments.commands import AccessCommand, EndAccess, GrantAccess, RevokeAccess
from shared.contracts.cases import ArrivalConfirmed, CaseOpened, OwnershipTransferred
from shared.contracts.kinds import Category, ReferralKind
from shared.contracts.referrals import (
    DisclosureGranted,
    ReferralCancelled,
    ReferralCompleted,
    ReferralFailed,
)
from shared.eventstore.calls import Call
from shared.eventstore.recorded import Recorded
from shared.messaging.reactions import reaction_call

CASES = "attachments.cases"
REFERRALS = "attachments.referrals"

ON_CASES = (CaseOpened, OwnershipTransferred, ArrivalConfirmed)
ON_REFERRALS = (DisclosureGranted, ReferralCompleted, ReferralCancelled, ReferralFailed)


def on_case(recorded: Recorded) -> Sequence[Call]:
    """The owner has access; after a transfer the sender keeps it until the arrival."""
    match recorded.event:
        case CaseOpened(case_id=case_id, organisation=organisation):
            command: AccessCommand = GrantAccess(case_id, organisation, basis=case_id)
        case OwnershipTransferred() as moved:
            command = GrantAccess(moved.case_id, moved.to_organisation, basis=moved.referral_id)
        case ArrivalConfirmed() as arrived:
            command = EndAccess(arrived.case_id, arrived.from_organisation)
        case _:
            return ()
    return (_access(CASES, recorded, command),)


def on_referral(recorded: Recorded) -> Sequence[Call]:
    """A disclosure for a service includes evidence or not, and ends with its referral.

    A transfer needs nothing here: its access follows the case's own events.
    """
    match recorded.event:
        case DisclosureGranted(parties=parties, categories=categories):
            wanted = Category.EVIDENCE in categories
            change: type[GrantAccess | RevokeAccess] = GrantAccess
        case (
            ReferralCompleted(parties=parties)
            | ReferralCancelled(parties=parties)
            | ReferralFailed(parties=parties)
        ):
            wanted, change = True, RevokeAccess
        case _:
            return ()
    if parties.kind is ReferralKind.TRANSFER or not wanted:
        return ()
    command = change(parties.case_id, parties.to_organisation, basis=parties.referral_id)
    return (_access(REFERRALS, recorded, command),)


def access_stream(case_id: UUID) -> str:
    return f"access-{case_id}"


def _access(consumer: str, recorded: Recorded, command: AccessCommand) -> Call:
    return reaction_call(
        consumer,
        recorded,
        stream=access_stream(command.case_id),
        command=command,
        subject=recorded.envelope.subject,
    )
