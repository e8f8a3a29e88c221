"""Other services' events that become commands to a case."""

from collections.abc import Sequence

from services.cases.commands import OpenCase, TransferOwnership
from services.cases.state import stream_of
from shared.contracts.intake import ReportAccepted
from shared.contracts.kinds import ReferralKind
from shared.contracts.referrals import ReferralAccepted
from shared.eventstore.calls import Call
from shared.eventstore.recorded import Recorded
from shared.messaging.reactions import reaction_call

INTAKE = "cases.intake"
TRANSFERS = "cases.transfers"


def open_accepted(recorded: Recorded) -> Sequence[Call]:
    """An accepted report opens the case that it named."""
    event = recorded.event
    if not isinstance(event, ReportAccepted):
        return ()
    command = OpenCase(
        case_id=event.case_id,
        person_id=event.person_id,
        by=event.organisation,
        owner=event.owner,
        report_id=event.report_id,
    )
    stream = stream_of(event.case_id)
    return (reaction_call(INTAKE, recorded, stream, command, subject=event.person_id),)


def answer_transfer(recorded: Recorded) -> Sequence[Call]:
    """An accepted transfer asks the case, which alone knows its owner."""
    event = recorded.event
    if not isinstance(event, ReferralAccepted) or event.parties.kind is not ReferralKind.TRANSFER:
        return ()
    parties = event.parties
    command = TransferOwnership(
        case_id=parties.case_id,
        referral_id=parties.referral_id,
        from_organisation=parties.from_organisation,
        to_organisation=parties.to_organisation,
        to_owner=event.owner,
    )
    stream = stream_of(parties.case_id)
    return (reaction_call(TRANSFERS, recorded, stream, command, subject=parties.person_id),)
