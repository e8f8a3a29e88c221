"""From verified claims to a staff member."""

from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from shared.contracts.actor import Role
from shared.runtime.identity import OrganisationMissing, staff_of
from shared.runtime.settings import IdentitySettings
from tests.runtime.issuer import ISSUER, ORGANISATION, SETTINGS, STAFF

CLAIMS: dict[str, object] = {"sub": str(STAFF), "organisation": str(ORGANISATION), "roles": []}


def settings(organisation: str, roles: str) -> IdentitySettings:
    return SETTINGS.model_copy(
        update={"oidc_organisation_claim": organisation, "oidc_roles_claim": roles}
    )


def test_the_default_claims() -> None:
    staff = staff_of({**CLAIMS, "roles": ["caseworker", "auditor"]}, SETTINGS)
    assert (staff.organisation, staff.staff) == (ORGANISATION, STAFF)
    assert staff.roles == {Role.CASEWORKER, Role.AUDITOR}


def test_claims_inside_objects_are_found_by_dotted_paths() -> None:
    claims = {
        "sub": str(STAFF),
        "member": {"of": {"id": str(ORGANISATION)}},
        "realm_access": {"roles": ["supervisor"]},
    }
    staff = staff_of(claims, settings("member.of.id", "realm_access.roles"))
    assert staff.organisation == ORGANISATION
    assert staff.roles == {Role.SUPERVISOR}


def test_a_claim_whose_name_has_dots_is_found_by_its_name() -> None:
    claims = {**CLAIMS, "https://vcms.example/roles": ["supervisor"]}
    staff = staff_of(claims, settings("organisation", "https://vcms.example/roles"))
    assert staff.roles == {Role.SUPERVISOR}


def test_a_list_with_one_organisation_will_do() -> None:
    claims = {**CLAIMS, "organisation": [str(ORGANISATION)]}
    assert staff_of(claims, SETTINGS).organisation == ORGANISATION


def test_roles_may_be_one_text_with_spaces() -> None:
    assert staff_of({**CLAIMS, "roles": "caseworker x"}, SETTINGS).roles == {Role.CASEWORKER}


@pytest.mark.parametrize("roles", [None, 7, {}, {"caseworker": True}, [["caseworker"], None, 7]])
def test_what_is_no_role_gives_none(roles: object) -> None:
    assert staff_of({**CLAIMS, "roles": roles}, SETTINGS).roles == frozenset()


@pytest.mark.parametrize("organisation", [None, "", "north house", 7, [], [1, 2], {}])
def test_a_token_without_organisation_is_nobodys(organisation: object) -> None:
    with pytest.raises(OrganisationMissing):
        staff_of({**CLAIMS, "organisation": organisation}, SETTINGS)


@pytest.mark.parametrize("subject", ["auth0|5f7", str(STAFF).upper(), STAFF.hex])
def test_a_subject_that_is_no_uuid_gets_a_lasting_one(subject: str) -> None:
    expected: UUID = uuid5(NAMESPACE_URL, f"{ISSUER}#{subject}")
    assert staff_of({**CLAIMS, "sub": subject}, SETTINGS).staff == expected
