"""The development OpenID provider keeps the standards that services lean on."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import jwt
import pytest

from deploy.local.oidc.clients import client_secrets
from deploy.local.oidc.signing import signing_key
from deploy.local.openid import OpenId, start
from deploy.local.people import LOTUS, person

SOMEONE = person(LOTUS, "caseworker")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenId]:
    running = start(tmp_path_factory.mktemp("oidc"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def client(running: OpenId) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running.issuer) as client:
        yield client


@pytest.fixture
def form(running: OpenId) -> dict[str, str]:
    return running.form(SOMEONE)


def claims_of(client: httpx.Client, token: str, audience: str) -> Mapping[str, object]:
    """Verified with another library than the one that signed."""
    discovery = client.get("/.well-known/openid-configuration").json()
    key_set = client.get(discovery["jwks_uri"]).json()
    key = jwt.PyJWKSet.from_dict(key_set)[jwt.get_unverified_header(token)["kid"]]
    claims: Mapping[str, object] = jwt.decode(
        token, key, algorithms=["RS256"], audience=audience, issuer=discovery["issuer"]
    )
    return claims


def test_an_access_token_is_what_rfc_9068_says(client: httpx.Client, form: dict[str, str]) -> None:
    token = client.post("/token", data=form).json()["access_token"]
    header, claims = jwt.get_unverified_header(token), claims_of(client, token, "vcms")
    assert (header["typ"], header["alg"]) == ("at+jwt", "RS256")
    assert {"iss", "sub", "aud", "exp", "iat", "jti", "client_id"} <= claims.keys()
    assert claims["sub"] == str(SOMEONE.id)
    assert claims["organisation"] == str(LOTUS.id)
    assert claims["roles"] == ["caseworker"]


def test_the_public_keys_hold_nothing_private(client: httpx.Client) -> None:
    (key,) = client.get("/jwks").json()["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}


def test_an_id_token_is_for_the_client_alone(client: httpx.Client, form: dict[str, str]) -> None:
    token = client.post("/token", data={**form, "scope": "openid"}).json()["id_token"]
    assert jwt.get_unverified_header(token)["typ"] == "JWT"
    with pytest.raises(jwt.InvalidAudienceError):
        claims_of(client, token, "vcms")
    assert claims_of(client, token, SOMEONE.key)["sub"] == str(SOMEONE.id)


def test_the_secret_may_come_in_the_header(client: httpx.Client, form: dict[str, str]) -> None:
    signed_in = (form["client_id"], form["client_secret"])
    answer = client.post("/token", data={"grant_type": "client_credentials"}, auth=signed_in)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "guessed"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "nobody", "client_secret": ""}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_a_wrong_request_gets_the_standards_error(
    client: httpx.Client, form: dict[str, str], change: dict[str, str], status: int, error: str
) -> None:
    answer = client.post("/token", data={**form, **change})
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_a_restart_finds_is_the_same(tmp_path: Path) -> None:
    first = signing_key(tmp_path / "signing.pem"), client_secrets(tmp_path / "clients.json")
    again = signing_key(tmp_path / "signing.pem"), client_secrets(tmp_path / "clients.json")
    assert (first[0].kid, first[1]) == (again[0].kid, again[1])
