"""A report and a person as their histories left them."""

from dataclasses import dataclass
from typing import assert_never
from uuid import UUID

from shared.contracts.intake import (
    IntakePersonEvent,
    IntakeReportEvent,
    PersonRegistered,
    ReportAccepted,
    ReportReceived,
)


@dataclass(frozen=True, slots=True)
class NoReport:
    pass


@dataclass(frozen=True, slots=True)
class WaitingReport:
    report_id: UUID
    organisation: UUID


@dataclass(frozen=True, slots=True)
class AcceptedReport:
    organisation: UUID
    case_id: UUID


Report = NoReport | WaitingReport | AcceptedReport
NO_REPORT: Report = NoReport()


def evolve_report(report: Report, event: IntakeReportEvent) -> Report:
    match event:
        case ReportReceived(report_id=report_id, organisation=organisation):
            return WaitingReport(report_id, organisation)
        case ReportAccepted(organisation=organisation, case_id=case_id):
            return AcceptedReport(organisation, case_id)
        case _:
            assert_never(event)


@dataclass(frozen=True, slots=True)
class NoPerson:
    pass


@dataclass(frozen=True, slots=True)
class RegisteredPerson:
    organisation: UUID


Person = NoPerson | RegisteredPerson
NO_PERSON: Person = NoPerson()


def evolve_person(_: Person, event: IntakePersonEvent) -> Person:
    match event:
        case PersonRegistered(organisation=organisation):
            return RegisteredPerson(organisation)
        case _:
            assert_never(event)
