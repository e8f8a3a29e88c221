from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from services.cases.commands import (
    AssignNumber,
    CaseCommand,
    ConfirmArrival,
    OpenCase,
    ReassignCase,
    RecordProfile,
    RecordService,
)
from services.cases.decisions import decide
from services.cases.refusals import (
    ArrivalBeforeTheTransfer,
    ArrivalInTheFuture,
    CaseIsAlreadyOpen,
    NoArrivalIsAwaited,
)
from services.cases.state import NEW, evolve
from shared.contracts.cases import CaseReassigned, NumberAssigned, ProfileRecorded
from shared.contracts.kinds import NumberKind
from shared.contracts.marks import Clear
from shared.contracts.profile import Answer, Profile
from shared.contracts.refused import NotFound
from tests.support.specification import NOON, Specification
from tests.unit.cases.history import (
    ANNA,
    ARRIVED,
    BORIS,
    CASE,
    CLINIC,
    ENTRY,
    OPENED,
    PERSON,
    SHELTER,
    STRANGER,
    TRANSFERRED,
    service_by,
)

PROFILE = Clear(Profile(answers={"prs_Gender": Answer(raw="Woman", codes=("Feminine",))}))
NUMBER = Clear("GOV/1/30")
CONDITION = Clear("tired, unharmed")

case = Specification(NEW, decide, evolve)


def service_for(organisation: UUID) -> RecordService:
    return RecordService(
        organisation, ENTRY, "Example Clinic", Clear("Health"), Clear(date(2029, 12, 31))
    )


def commands_of(organisation: UUID) -> list[CaseCommand]:
    """Everything that an organisation may ask of an open case."""
    return [
        RecordProfile(organisation, PROFILE),
        AssignNumber(organisation, NumberKind.GOVERNMENT, "Ministry of Example", NUMBER),
        service_for(organisation),
        ReassignCase(organisation, BORIS),
        ConfirmArrival(organisation, NOON, CONDITION),
    ]


def test_a_case_is_opened() -> None:
    case.given().when(OpenCase(CASE, PERSON, SHELTER, ANNA)).then(OPENED)


def test_a_case_is_opened_once() -> None:
    case.given(OPENED).when(OpenCase(CASE, PERSON, SHELTER, BORIS)).refused(CaseIsAlreadyOpen)


def test_the_owner_records_a_profile() -> None:
    recorded = ProfileRecorded(CASE, PROFILE)
    case.given(OPENED).when(RecordProfile(SHELTER, PROFILE)).then(recorded)


def test_the_owner_assigns_a_number() -> None:
    assign = AssignNumber(SHELTER, NumberKind.GOVERNMENT, "Ministry of Example", NUMBER)
    assigned = NumberAssigned(CASE, NumberKind.GOVERNMENT, "Ministry of Example", NUMBER)
    case.given(OPENED).when(assign).then(assigned)


def test_the_owner_records_a_service() -> None:
    case.given(OPENED).when(service_for(SHELTER)).then(service_by(SHELTER))


def test_a_case_is_reassigned_inside_its_organisation() -> None:
    reassigned = CaseReassigned(CASE, SHELTER, ANNA, BORIS)
    case.given(OPENED).when(ReassignCase(SHELTER, BORIS)).then(reassigned)


def test_reassigning_to_the_same_owner_is_no_news() -> None:
    case.given(OPENED).when(ReassignCase(SHELTER, ANNA)).then()


@pytest.mark.parametrize("command", commands_of(STRANGER), ids=lambda c: type(c).__name__)
def test_to_strangers_the_case_is_absent(command: CaseCommand) -> None:
    case.given(OPENED).when(command).refused(NotFound)
    case.given(OPENED, TRANSFERRED).when(command).refused(NotFound)


@pytest.mark.parametrize("command", commands_of(SHELTER), ids=lambda c: type(c).__name__)
def test_nothing_is_asked_of_a_case_before_it_is_opened(command: CaseCommand) -> None:
    case.given().when(command).refused(NotFound)


@pytest.mark.parametrize("command", commands_of(SHELTER), ids=lambda c: type(c).__name__)
def test_after_arrival_the_case_is_absent_to_the_sender(command: CaseCommand) -> None:
    case.given(OPENED, TRANSFERRED, ARRIVED).when(command).refused(NotFound)


def test_until_arrival_the_sender_still_adds_entries() -> None:
    case.given(OPENED, TRANSFERRED).when(service_for(SHELTER)).then(service_by(SHELTER))


def test_until_arrival_the_sender_does_nothing_but_add_entries() -> None:
    for command in commands_of(SHELTER):
        if not isinstance(command, RecordService):
            case.given(OPENED, TRANSFERRED).when(command).refused(NotFound)


def test_the_receiver_confirms_the_arrival() -> None:
    case.given(OPENED, TRANSFERRED).when(ConfirmArrival(CLINIC, NOON, CONDITION)).then(ARRIVED)


def test_an_arrival_is_confirmed_once() -> None:
    confirm = ConfirmArrival(CLINIC, NOON, CONDITION)
    case.given(OPENED, TRANSFERRED, ARRIVED).when(confirm).refused(NoArrivalIsAwaited)


def test_an_arrival_lies_in_the_past() -> None:
    tomorrow = ConfirmArrival(CLINIC, NOON + timedelta(days=1), CONDITION)
    case.given(OPENED, TRANSFERRED).when(tomorrow).refused(ArrivalInTheFuture)


def test_nobody_arrives_before_the_case_has_changed_hands() -> None:
    long_ago = ConfirmArrival(CLINIC, NOON - timedelta(days=1), CONDITION)
    case.given(OPENED, TRANSFERRED).when(long_ago).refused(ArrivalBeforeTheTransfer)
    case.given(OPENED, replace(TRANSFERRED, transferred_at=None)).when(long_ago).then(
        replace(ARRIVED, arrived_at=long_ago.arrived_at)
    )


def test_clocks_may_differ_a_little() -> None:
    moment_ago = ConfirmArrival(CLINIC, NOON - timedelta(minutes=4), CONDITION)
    arrived = replace(ARRIVED, arrived_at=moment_ago.arrived_at)
    case.given(OPENED, TRANSFERRED).when(moment_ago).then(arrived)
