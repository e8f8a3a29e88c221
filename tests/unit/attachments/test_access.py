"""Who may fetch a case's evidence."""

from uuid import UUID

from services.attachments.commands import (
    EndAccess,
    GrantAccess,
    HandOverAccess,
    OpenAccess,
    RevokeAccess,
)
from services.attachments.decisions import decide_access
from services.attachments.state import NO_ACCESS, evolve_access
from shared.contracts.attachments import AccessGranted, AccessRevoked
from tests.support.specification import Specification

CASE, SHELTER, CLINIC, MINISTRY, REFERRAL, TRANSFER = (UUID(int=n) for n in range(6))
OPENED = AccessGranted(CASE, SHELTER, CASE, granted_by=SHELTER)
SHARED = AccessGranted(CASE, CLINIC, REFERRAL, granted_by=SHELTER)
MOVED = AccessGranted(CASE, MINISTRY, TRANSFER, granted_by=MINISTRY)
SHARE = GrantAccess(CASE, CLINIC, REFERRAL, by=SHELTER)
HAND_OVER = HandOverAccess(CASE, TRANSFER, SHELTER, MINISTRY)

given = Specification(NO_ACCESS, decide_access, evolve_access).given


def test_the_owner_has_access_from_the_beginning() -> None:
    given().when(OpenAccess(CASE, SHELTER)).then(OPENED)


def test_the_owner_shares_for_a_service_until_that_is_done() -> None:
    given(OPENED).when(SHARE).then(SHARED)
    revoked = AccessRevoked(CASE, CLINIC, REFERRAL)
    given(OPENED, SHARED).when(RevokeAccess(CASE, CLINIC, REFERRAL)).then(revoked)
    given(OPENED, SHARED, revoked).when(SHARE).then(SHARED)


def test_what_changes_nothing_is_no_news() -> None:
    given(OPENED).when(OpenAccess(CASE, SHELTER)).then()
    given(OPENED, SHARED).when(SHARE).then()
    given(OPENED).when(RevokeAccess(CASE, CLINIC, REFERRAL)).then()


def test_access_lasts_while_one_basis_is_left() -> None:
    other = AccessGranted(CASE, CLINIC, TRANSFER, granted_by=SHELTER)
    given(OPENED, SHARED, other).when(RevokeAccess(CASE, CLINIC, REFERRAL)).then(
        AccessRevoked(CASE, CLINIC, REFERRAL)
    )


def test_with_the_case_ends_what_its_old_owner_granted_to_others() -> None:
    given(OPENED, SHARED).when(HAND_OVER).then(MOVED, AccessRevoked(CASE, CLINIC, REFERRAL))


def test_an_old_offer_that_is_accepted_after_the_case_moved_gives_nothing() -> None:
    given(OPENED, MOVED).when(SHARE).then()


def test_the_new_owner_shares_as_the_old_one_did() -> None:
    given(OPENED, MOVED).when(GrantAccess(CASE, CLINIC, REFERRAL, by=MINISTRY)).then(
        AccessGranted(CASE, CLINIC, REFERRAL, granted_by=MINISTRY)
    )


def test_after_the_arrival_the_sender_keeps_nothing() -> None:
    given(OPENED, MOVED).when(EndAccess(CASE, SHELTER)).then(AccessRevoked(CASE, SHELTER, CASE))


def test_an_owner_that_was_granted_a_look_before_keeps_its_own_access() -> None:
    look = AccessGranted(CASE, MINISTRY, REFERRAL, granted_by=SHELTER)
    given(OPENED, look).when(HAND_OVER).then(MOVED, AccessRevoked(CASE, MINISTRY, REFERRAL))
    given(OPENED, look, MOVED).when(RevokeAccess(CASE, MINISTRY, REFERRAL)).then(
        AccessRevoked(CASE, MINISTRY, REFERRAL)
    )
