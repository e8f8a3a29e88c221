"""What may happen to a report and to a person. Pure: the time comes in, events go out."""

from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID, uuid5

from services.intake.commands import (
    AcceptReport,
    PersonCommand,
    ReceiveReport,
    RegisterPerson,
    ReportCommand,
)
from services.intake.refusals import (
    PersonIsAlreadyRegistered,
    ReceivedInTheFuture,
    ReportIsAlreadyAccepted,
    ReportIsAlreadyReceived,
)
from services.intake.state import AcceptedReport, NoPerson, NoReport, Person, Report, WaitingReport
from shared.contracts.intake import (
    IntakePersonEvent,
    IntakeReportEvent,
    PersonRegistered,
    ReportAccepted,
    ReportReceived,
)
from shared.contracts.refused import NotFound

CLOCKS_DIFFER = timedelta(minutes=5)


def case_of(report_id: UUID, person_id: UUID) -> UUID:
    """The id of the case that a report of this person becomes: always the same one."""
    return uuid5(report_id, str(person_id))


def decide_report(command: ReportCommand, report: Report, now: datetime) -> list[IntakeReportEvent]:
    """The events that follow from the command.

    Raises:
        Refused: the rules say no; nothing happened.
    """
    match command:
        case ReceiveReport():
            return receive(command, report, now)
        case AcceptReport():
            return accept(command, report)
        case _:
            assert_never(command)


def receive(command: ReceiveReport, report: Report, now: datetime) -> list[IntakeReportEvent]:
    if not isinstance(report, NoReport):
        raise ReportIsAlreadyReceived
    if command.received_at > now + CLOCKS_DIFFER:
        raise ReceivedInTheFuture
    return [
        ReportReceived(
            report_id=command.report_id,
            organisation=command.by,
            channel=command.channel,
            received_at=command.received_at,
            narrative=command.narrative,
            language=command.language,
        )
    ]


def accept(command: AcceptReport, report: Report) -> list[IntakeReportEvent]:
    match report:
        case WaitingReport(report_id=report_id, organisation=command.by):
            case_id = case_of(report_id, command.person_id)
            accepted = ReportAccepted(
                report_id=report_id,
                organisation=command.by,
                person_id=command.person_id,
                case_id=case_id,
                owner=command.owner,
            )
            return [accepted]
        case AcceptedReport(organisation=command.by, case_id=case_id):
            raise ReportIsAlreadyAccepted(case_id)
        case NoReport() | WaitingReport() | AcceptedReport():
            raise NotFound
        case _:
            assert_never(report)


def decide_person(command: PersonCommand, person: Person, _: datetime) -> list[IntakePersonEvent]:
    """The events that follow from the command.

    Raises:
        Refused: the rules say no; nothing happened.
    """
    match command:
        case RegisterPerson():
            if not isinstance(person, NoPerson):
                raise PersonIsAlreadyRegistered
            return [registered(command)]
        case _:
            assert_never(command)


def registered(command: RegisterPerson) -> PersonRegistered:
    return PersonRegistered(
        person_id=command.person_id,
        organisation=command.by,
        names=command.names,
        birth_date=command.birth_date,
        gender=command.gender,
        citizenship=command.citizenship,
        languages=command.languages,
    )
