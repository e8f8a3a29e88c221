"""Who may fetch a case's evidence."""

from uuid import UUID

from services.attachments.commands import GrantAccess, RevokeAccess
from services.attachments.decisions import decide_access
from services.attachments.state import NO_ACCESS, evolve_access
from shared.contracts.attachments import AccessGranted, AccessRevoked
from tests.support.specification import Specification

CASE, SHELTER, CLINIC, BASIS = (UUID(int=n) for n in range(4))
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
