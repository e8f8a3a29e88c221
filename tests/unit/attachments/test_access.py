"""Who may fetch a case's evidence."""

from uuid import UUID

from services.attachments.commands import EndAccess, GrantAccess, RevokeAccess
from services.attachments.decisions import decide_access
from services.attachments.state import NO_ACCESS, evolve_access
from shared.contracts.attachments import AccessGranted, AccessRevoked
from tests.support.specification import Specification

CASE, SHELTER, CLINIC, BASIS, REFERRAL = (UUID(int=n) for n in range(5))
GRANTED = AccessGranted(CASE, SHELTER, BASIS)
REVOKED = AccessRevoked(CASE, SHELTER, BASIS)

given = Specification(NO_ACCESS, decide_access, evolve_access).given


def test_access_is_granted() -> None:
    given().when(GrantAccess(CASE, SHELTER, BASIS)).then(GRANTED)


def test_a_second_grant_is_no_news() -> None:
    given(GRANTED).when(GrantAccess(CASE, SHELTER, BASIS)).then()


def test_access_is_revoked_and_can_be_granted_again() -> None:
    given(GRANTED).when(RevokeAccess(CASE, SHELTER, BASIS)).then(REVOKED)
    given(GRANTED, REVOKED).when(GrantAccess(CASE, SHELTER, BASIS)).then(GRANTED)


def test_revoking_what_was_not_granted_is_no_news() -> None:
    given(GRANTED).when(RevokeAccess(CASE, CLINIC, BASIS)).then()


def test_access_lasts_while_one_basis_is_left() -> None:
    owned, shared = GRANTED, AccessGranted(CASE, SHELTER, REFERRAL)
    given(owned, shared).when(RevokeAccess(CASE, SHELTER, REFERRAL)).then(
        AccessRevoked(CASE, SHELTER, REFERRAL)
    )
    given(owned).when(RevokeAccess(CASE, SHELTER, REFERRAL)).then()


def test_after_the_arrival_the_sender_keeps_nothing() -> None:
    other = AccessGranted(CASE, CLINIC, REFERRAL)
    given(GRANTED, other, AccessGranted(CASE, SHELTER, REFERRAL)).when(
        EndAccess(CASE, SHELTER)
    ).then(REVOKED, AccessRevoked(CASE, SHELTER, REFERRAL))
