"""Access to evidence follows what other services say: who owns a case, who was granted a look."""

from collections.abc import Sequence
from uuid import UUID

from services.attachments.commands import (
    AccessCommand,
    EndAccess,
    GrantAccess,
    HandOverAccess,
    OpenAccess,
    RevokeAccess,
)
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
            command: AccessCommand = OpenAccess(case_id, organisation)
        case OwnershipTransferred() as moved:
            command = HandOverAccess(
                moved.case_id, moved.referral_id, moved.from_organisation, moved.to_organisation
            )
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
            if Category.EVIDENCE not in categories:
                return ()
            command: AccessCommand = GrantAccess(
                parties.case_id,
                parties.to_organisation,
                parties.referral_id,
                by=parties.from_organisation,
            )
        case (
            ReferralCompleted(parties=parties)
            | ReferralCancelled(parties=parties)
            | ReferralFailed(parties=parties)
        ):
            command = RevokeAccess(parties.case_id, parties.to_organisation, parties.referral_id)
        case _:
            return ()
    if parties.kind is ReferralKind.TRANSFER:
        return ()
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
