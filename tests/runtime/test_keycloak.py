"""Signing in against a real Keycloak: its access tokens open the doors, its other tokens do not."""

from collections.abc import AsyncIterator, Iterator

import jwt
import pytest

from deploy.docker.realm import AUDIENCE as EXAMPLE_AUDIENCE
from deploy.local.people import AUDITOR, PEOPLE, Person
from shared.contracts.actor import Role, Staff
from shared.runtime.identity import OrganisationMissing, Verifier
from shared.runtime.settings import IdentitySettings
from shared.runtime.tokens import TokenRefused
from tests.runtime.keycloak import AUDIENCE, ORGANISATION, Keycloak, keycloak

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def server() -> Iterator[Keycloak]:
    with keycloak() as server:
        yield server


def settings(server: Keycloak) -> IdentitySettings:
    return IdentitySettings(
        oidc_issuer=server.issuer,
        oidc_audience=AUDIENCE,
        oidc_organisation_claim="member.organisation",
        oidc_roles_claim="realm_access.roles",
    )


@pytest.fixture
async def verifier(server: Keycloak) -> AsyncIterator[Verifier]:
    verifier = Verifier(settings(server))
    yield verifier
    await verifier.provider.close()


async def test_an_access_token_names_its_holder(server: Keycloak, verifier: Verifier) -> None:
    staff = await verifier.staff(server.sign_in()["access_token"])
    assert staff.organisation == ORGANISATION
    assert staff.roles == {Role.CASEWORKER}


@pytest.mark.parametrize("kind", ["id_token", "refresh_token"])
async def test_its_other_tokens_are_refused(
    kind: str, server: Keycloak, verifier: Verifier
) -> None:
    with pytest.raises(TokenRefused):
        await verifier.staff(server.sign_in()[kind])


async def test_an_id_token_is_refused_even_when_the_audience_fits(
    server: Keycloak, verifier: Verifier
) -> None:
    token = server.sign_in()["id_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert AUDIENCE in claims["aud"]
    assert claims["member"] == {"organisation": str(ORGANISATION)}
    with pytest.raises(TokenRefused):
        await verifier.staff(token)


async def test_another_audience_is_refused(server: Keycloak) -> None:
    another = settings(server).model_copy(update={"oidc_audience": "another"})
    verifier = Verifier(another)
    with pytest.raises(TokenRefused):
        await verifier.staff(server.sign_in()["access_token"])
    await verifier.provider.close()


async def test_a_client_of_no_organisation_is_nobody(server: Keycloak, verifier: Verifier) -> None:
    with pytest.raises(OrganisationMissing):
        await verifier.staff(server.as_client()["access_token"])


@pytest.fixture
async def of_examples(server: Keycloak) -> AsyncIterator[Verifier]:
    """Knows the realm of the containers, with claims where they stand by default."""
    verifier = Verifier(
        IdentitySettings(oidc_issuer=server.example_issuer, oidc_audience=EXAMPLE_AUDIENCE)
    )
    yield verifier
    await verifier.provider.close()


@pytest.mark.parametrize("person", [PEOPLE[0], AUDITOR], ids=lambda person: person.key)
async def test_the_people_of_the_containers_are_those_of_the_local_stack(
    person: Person, server: Keycloak, of_examples: Verifier
) -> None:
    staff = await of_examples.staff(server.sign_in_as_example(person.key))
    assert staff == Staff(person.organisation.id, person.id, frozenset(person.roles))
