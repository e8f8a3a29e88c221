from datetime import timedelta
from uuid import UUID

from services.intake.commands import AcceptReport, ReceiveReport
from services.intake.decisions import case_of, decide_report
from services.intake.refusals import (
    ReceivedInTheFuture,
    ReportIsAlreadyAccepted,
    ReportIsAlreadyReceived,
)
from services.intake.state import NO_REPORT, evolve_report
from shared.contracts.intake import ReportAccepted, ReportReceived
from shared.contracts.kinds import Channel
from shared.contracts.marks import Clear
from shared.contracts.refused import NotFound
from tests.support.specification import NOON, Specification

REPORT, OTHER_REPORT = UUID(int=1), UUID(int=2)
PERSON, OTHER_PERSON = UUID(int=3), UUID(int=4)
SHELTER, CLINIC = UUID(int=5), UUID(int=6)
OWNER = UUID(int=7)
WORDS, KHMER = Clear("Called from a border town."), Clear("khm")

RECEIVE = ReceiveReport(REPORT, SHELTER, Channel.HOTLINE, NOON, WORDS, KHMER)
RECEIVED = ReportReceived(REPORT, SHELTER, Channel.HOTLINE, NOON, WORDS, KHMER)
ACCEPT = AcceptReport(SHELTER, PERSON, OWNER)
ACCEPTED = ReportAccepted(REPORT, SHELTER, PERSON, case_of(REPORT, PERSON), OWNER)

report = Specification(NO_REPORT, decide_report, evolve_report)


def test_a_report_is_received() -> None:
    report.given().when(RECEIVE).then(RECEIVED)


def test_a_report_is_received_once() -> None:
    report.given(RECEIVED).when(RECEIVE).refused(ReportIsAlreadyReceived)


def test_a_report_cannot_come_from_the_future() -> None:
    report.given().when(RECEIVE, NOON - timedelta(minutes=6)).refused(ReceivedInTheFuture)


def test_clocks_may_differ_a_little() -> None:
    report.given().when(RECEIVE, NOON - timedelta(minutes=4)).then(RECEIVED)


def test_a_report_becomes_a_case_of_a_person() -> None:
    report.given(RECEIVED).when(ACCEPT).then(ACCEPTED)


def test_a_report_becomes_one_case_only() -> None:
    second = AcceptReport(SHELTER, OTHER_PERSON, OWNER)
    report.given(RECEIVED, ACCEPTED).when(second).refused(ReportIsAlreadyAccepted)


def test_a_report_is_absent_to_other_organisations() -> None:
    stranger = AcceptReport(CLINIC, PERSON, OWNER)
    report.given(RECEIVED).when(stranger).refused(NotFound)
    report.given(RECEIVED, ACCEPTED).when(stranger).refused(NotFound)
    report.given().when(ACCEPT).refused(NotFound)


def test_a_case_is_known_by_its_report_and_person() -> None:
    cases = {case_of(r, p) for r in (REPORT, OTHER_REPORT) for p in (PERSON, OTHER_PERSON)}
    assert len(cases) == 4
    assert case_of(REPORT, PERSON) == case_of(REPORT, PERSON)
