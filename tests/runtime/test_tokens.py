"""Which bearers are taken, and every kind that is not."""

import base64
import hmac
import json
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.runtime.problems import answer
from shared.runtime.tokens import LARGEST, TokenExpired, TokenRefused
from tests.runtime.issuer import (
    ANOTHER_RSA,
    EC,
    ED25519,
    ISSUER,
    RSA,
    STAFF,
    Issuer,
    PrivateKey,
    by_hand,
    public_pem,
)

NOW = int(time.time())


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [("RS256", RSA), ("PS256", RSA), ("ES256", EC), ("EdDSA", ED25519)],
)
async def test_four_algorithms_are_taken(algorithm: str, key: PrivateKey) -> None:
    issuer = Issuer({"one": key})
    token = issuer.token(key=key, algorithm=algorithm)
    assert (await issuer.verifier().staff(token)).staff == STAFF


@pytest.mark.parametrize("kind", ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt"])
async def test_an_access_token_may_say_its_type_in_each_of_its_spellings(kind: str) -> None:
    issuer = Issuer()
    token = issuer.token(header={"typ": kind})
    assert (await issuer.verifier().staff(token)).staff == STAFF


async def test_a_token_without_key_id_is_taken_where_there_is_one_key() -> None:
    issuer = Issuer()
    token = issuer.token(header={"kid": None})
    assert (await issuer.verifier().staff(token)).staff == STAFF


def _unsigned(issuer: Issuer) -> str:
    return by_hand({"alg": "none", "typ": "JWT", "kid": "one"}, issuer.claims(), b"")


def _signed_with_the_public_key(issuer: Issuer) -> str:
    """Key confusion: HS256 with the public key's bytes as the secret."""
    header = {"alg": "HS256", "typ": "JWT", "kid": "one"}
    signed = by_hand(header, issuer.claims(), b"").rstrip(".")
    mac = hmac.digest(public_pem(RSA), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def _with_other_claims(issuer: Issuer) -> str:
    header, _, signature = issuer.token().split(".")
    claims = json.dumps({**issuer.claims(), "roles": ["operator"]}).encode()
    return f"{header}.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.{signature}"


FORGERIES: dict[str, Callable[[Issuer], str]] = {
    "no signature": _unsigned,
    "signed with the public key as secret": _signed_with_the_public_key,
    "claims exchanged": _with_other_claims,
    "signature cut off": lambda i: i.token().rpartition(".")[0] + ".",
    "another's key": lambda i: i.token(key=ANOTHER_RSA),
    "another's key in its own header": lambda i: i.token(
        key=ANOTHER_RSA, header={"jwk": {"kty": "RSA"}, "jku": "https://evil.example/keys"}
    ),
    "unknown key id": lambda i: i.token(header={"kid": "two"}),
    "algorithm outside the list": lambda i: i.token(algorithm="RS512"),
    "unknown critical extension": lambda i: i.token(header={"crit": ["x"], "x": 1}),
    "another issuer": lambda i: i.token({"iss": "https://evil.example"}),
    "issuer with a slash more": lambda i: i.token({"iss": ISSUER + "/"}),
    "no issuer": lambda i: i.token({"iss": None}),
    "another audience": lambda i: i.token({"aud": "accounts"}),
    "no audience": lambda i: i.token({"aud": None}),
    "no subject": lambda i: i.token({"sub": None}),
    "no expiry": lambda i: i.token({"exp": None}),
    "no time of issue": lambda i: i.token({"iat": None}),
    "issued in the future": lambda i: i.token({"iat": NOW + 3600}),
    "not yet good": lambda i: i.token({"nbf": NOW + 3600}),
    "subject of another type": lambda i: i.token({"sub": 7}),
    "ID token by its claim": lambda i: i.token({"typ": "ID"}),
    "refresh token by its claim": lambda i: i.token({"typ": "Refresh"}),
    "ID token by its nonce": lambda i: i.token({"nonce": "n"}),
    "ID token by the hash of its access token": lambda i: i.token({"at_hash": "h"}),
    "ID token by the hash of its code": lambda i: i.token({"c_hash": "h"}),
    "type of another token": lambda i: i.token(header={"typ": "logout+jwt"}),
    "type that is no text": lambda i: i.token(header={"typ": "JWT"}).replace("eyJ", "eyI", 1),
    "too long": lambda i: i.token({"x": "x" * LARGEST}),
    "no token at all": lambda _: "not-a-token",
    "empty": lambda _: "",
    "deeply nested": lambda _: by_hand({}, {}, b"").replace(
        "e30", base64.urlsafe_b64encode(b'{"alg":' + b"[" * 5000).decode().rstrip("="), 1
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forged_or_foreign_token_is_refused(forgery: str) -> None:
    issuer = Issuer()
    with pytest.raises(TokenRefused):
        await issuer.verifier().staff(FORGERIES[forgery](issuer))


async def test_an_encryption_key_does_not_sign() -> None:
    issuer = Issuer({"one": ANOTHER_RSA})
    with pytest.raises(TokenRefused):
        await issuer.verifier().staff(issuer.token(key=RSA))


async def test_an_expired_token_is_told_apart() -> None:
    issuer = Issuer()
    with pytest.raises(TokenExpired):
        await issuer.verifier().staff(issuer.token({"exp": NOW - 60}))


async def test_a_remembered_token_expires_too(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer, now = Issuer(), int(time.time())
    verifier, token = issuer.verifier(), issuer.token({"iat": now - 900, "exp": now + 300})
    await verifier.staff(token)
    monkeypatch.setattr("shared.runtime.identity.time", lambda: now + 301)
    monkeypatch.setattr("shared.runtime.tokens.LEEWAY", -301)  # the library's clock stands still
    with pytest.raises(TokenExpired):
        await verifier.staff(token)


@settings(max_examples=100, deadline=None)
@given(st.text() | st.from_regex(r"[\w-]{1,40}\.[\w-]{1,40}\.[\w-]{0,40}"))
async def test_no_text_whatever_breaks_the_check(token: str) -> None:
    with pytest.raises(TokenRefused):
        await Issuer().verifier().staff(token)


def test_a_refused_token_is_answered_by_401_and_says_how_to_sign_in() -> None:
    response = answer(TokenRefused())
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
