"""Who may do what to a case, and when. Pure: the time comes in, events go out."""

from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from services.cases.commands import (
    AssignNumber,
    CaseCommand,
    ConfirmArrival,
    OpenCase,
    ReassignCase,
    RecordProfile,
    RecordService,
    TransferOwnership,
)
from services.cases.refusals import (
    ArrivalBeforeTheTransfer,
    ArrivalInTheFuture,
    CaseIsAlreadyOpen,
    NoArrivalIsAwaited,
)
from services.cases.state import ActiveCase, ArrivingCase, Case, NoCase, OpenedCase
from shared.contracts.cases import (
    ArrivalConfirmed,
    CaseEvent,
    CaseOpened,
    CaseReassigned,
    NumberAssigned,
    OwnershipTransferred,
    ProfileRecorded,
    ServiceRecorded,
    TransferRefused,
)
from shared.contracts.kinds import TransferRefusal
from shared.contracts.refused import NotFound

CLOCKS_DIFFER = timedelta(minutes=5)


def decide(command: CaseCommand, case: Case, now: datetime) -> list[CaseEvent]:
    """The events that follow from the command.

    Raises:
        Refused: the rules say no; nothing happened. To whom the case is closed it is absent.
    """
    match command:
        case OpenCase():
            return [open_case(command, case)]
        case RecordProfile(by=by, profile=profile):
            return [ProfileRecorded(owned(case, by).case_id, profile)]
        case AssignNumber():
            return [assign_number(command, owned(case, command.by))]
        case RecordService():
            return [record_service(command, open_to_entries(case, command.by))]
        case ReassignCase():
            return reassign(command, owned(case, command.by))
        case TransferOwnership():
            return [answer_transfer(command, case, now)]
        case ConfirmArrival():
            return [confirm_arrival(command, owned(case, command.by), now)]
        case _:
            assert_never(command)


def owned(case: Case, organisation: UUID) -> OpenedCase:
    """The case, if it is this organisation's."""
    if isinstance(case, NoCase) or case.organisation != organisation:
        raise NotFound
    return case


def open_to_entries(case: Case, organisation: UUID) -> OpenedCase:
    """The case, if this organisation owns it, or has handed it over and awaits the arrival."""
    if isinstance(case, ArrivingCase) and case.from_organisation == organisation:
        return case
    return owned(case, organisation)


def open_case(command: OpenCase, case: Case) -> CaseOpened:
    if not isinstance(case, NoCase):
        raise CaseIsAlreadyOpen
    return CaseOpened(
        case_id=command.case_id,
        person_id=command.person_id,
        organisation=command.by,
        owner=command.owner,
        report_id=command.report_id,
    )


def assign_number(command: AssignNumber, case: OpenedCase) -> NumberAssigned:
    return NumberAssigned(
        case_id=case.case_id,
        kind=command.kind,
        issuer=command.issuer,
        number=command.number,
        valid_from=command.valid_from,
        valid_to=command.valid_to,
    )


def record_service(command: RecordService, case: OpenedCase) -> ServiceRecorded:
    return ServiceRecorded(
        case_id=case.case_id,
        entry_id=command.entry_id,
        organisation=command.by,
        provider=command.provider,
        service_type=command.service_type,
        provided_on=command.provided_on,
        outcome=command.outcome,
        grant_code=command.grant_code,
        note=command.note,
    )


def reassign(command: ReassignCase, case: OpenedCase) -> list[CaseEvent]:
    if command.to_owner == case.owner:
        return []  # no news
    return [CaseReassigned(case.case_id, case.organisation, case.owner, command.to_owner)]


def answer_transfer(
    command: TransferOwnership, case: Case, now: datetime
) -> OwnershipTransferred | TransferRefused:
    """The referral waits for an answer, so a refusal is an event too."""
    match case:
        case NoCase():
            return refused(command, TransferRefusal.NO_SUCH_CASE)
        case ActiveCase() | ArrivingCase() if case.organisation != command.from_organisation:
            return refused(command, TransferRefusal.NOT_THE_OWNER)
        case ArrivingCase():
            return refused(command, TransferRefusal.TRANSFER_AWAITS_ARRIVAL)
        case ActiveCase():
            return OwnershipTransferred(
                case_id=case.case_id,
                person_id=case.person_id,
                referral_id=command.referral_id,
                from_organisation=case.organisation,
                from_owner=case.owner,
                to_organisation=command.to_organisation,
                to_owner=command.to_owner,
                transferred_at=now,
            )
        case _:
            assert_never(case)


def refused(command: TransferOwnership, reason: TransferRefusal) -> TransferRefused:
    return TransferRefused(
        case_id=command.case_id,
        referral_id=command.referral_id,
        from_organisation=command.from_organisation,
        to_organisation=command.to_organisation,
        reason=reason,
    )


def confirm_arrival(command: ConfirmArrival, case: OpenedCase, now: datetime) -> ArrivalConfirmed:
    if not isinstance(case, ArrivingCase):
        raise NoArrivalIsAwaited
    if command.arrived_at > now + CLOCKS_DIFFER:
        raise ArrivalInTheFuture
    if case.since is not None and command.arrived_at < case.since - CLOCKS_DIFFER:
        raise ArrivalBeforeTheTransfer
    return ArrivalConfirmed(
        case_id=case.case_id,
        referral_id=case.referral_id,
        from_organisation=case.from_organisation,
        to_organisation=case.organisation,
        arrived_at=command.arrived_at,
        condition=command.condition,
    )
