from uuid import UUID

from services.cases.commands import OpenCase, TransferOwnership
from services.cases.decisions import decide
from services.cases.state import NEW, evolve
from shared.contracts.cases import CaseReassigned, OwnershipTransferred, TransferRefused
from shared.contracts.kinds import TransferRefusal
from tests.support.specification import NOON, Specification
from tests.unit.cases.history import (
    ANNA,
    ARRIVED,
    BORIS,
    CASE,
    CLARA,
    CLINIC,
    OPENED,
    OTHER_REFERRAL,
    PERSON,
    REFERRAL,
    SHELTER,
    STRANGER,
    TRANSFERRED,
)

case = Specification(NEW, decide, evolve)


def transfer(referral: UUID, sender: UUID, receiver: UUID) -> TransferOwnership:
    return TransferOwnership(CASE, referral, sender, receiver, CLARA)


def refused(
    reason: TransferRefusal, referral: UUID, sender: UUID, receiver: UUID
) -> TransferRefused:
    return TransferRefused(CASE, referral, sender, receiver, reason)


def test_a_case_changes_hands() -> None:
    case.given(OPENED).when(transfer(REFERRAL, SHELTER, CLINIC)).then(TRANSFERRED)


def test_the_case_names_the_owner_that_it_had_at_that_moment() -> None:
    reassigned = CaseReassigned(CASE, SHELTER, ANNA, BORIS)
    moved = OwnershipTransferred(CASE, PERSON, REFERRAL, SHELTER, BORIS, CLINIC, CLARA, NOON)
    case.given(OPENED, reassigned).when(transfer(REFERRAL, SHELTER, CLINIC)).then(moved)


def test_who_does_not_own_the_case_cannot_hand_it_over() -> None:
    case.given(OPENED).when(transfer(REFERRAL, STRANGER, CLINIC)).then(
        refused(TransferRefusal.NOT_THE_OWNER, REFERRAL, STRANGER, CLINIC)
    )


def test_of_two_transfers_the_second_finds_the_case_gone() -> None:
    case.given(OPENED, TRANSFERRED).when(transfer(OTHER_REFERRAL, SHELTER, STRANGER)).then(
        refused(TransferRefusal.NOT_THE_OWNER, OTHER_REFERRAL, SHELTER, STRANGER)
    )


def test_a_case_is_not_handed_on_before_the_survivor_has_arrived() -> None:
    case.given(OPENED, TRANSFERRED).when(transfer(OTHER_REFERRAL, CLINIC, STRANGER)).then(
        refused(TransferRefusal.TRANSFER_AWAITS_ARRIVAL, OTHER_REFERRAL, CLINIC, STRANGER)
    )


def test_after_arrival_the_case_can_go_back() -> None:
    back = OwnershipTransferred(CASE, PERSON, OTHER_REFERRAL, CLINIC, CLARA, SHELTER, CLARA, NOON)
    case.given(OPENED, TRANSFERRED, ARRIVED).when(transfer(OTHER_REFERRAL, CLINIC, SHELTER)).then(
        back
    )


def test_a_case_that_is_not_there_answers_too() -> None:
    answer = refused(TransferRefusal.NO_SUCH_CASE, REFERRAL, SHELTER, CLINIC)
    case.given().when(transfer(REFERRAL, SHELTER, CLINIC)).then(answer)
    case.given(answer).when(OpenCase(CASE, PERSON, SHELTER, ANNA)).then(OPENED)
