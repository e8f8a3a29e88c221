"""A small OpenID Connect provider in memory: real keys, real tokens, and it counts who asks."""

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import get_default_algorithms

from shared.contracts.actor import Role
from shared.runtime.identity import Verifier
from shared.runtime.provider import Provider
from shared.runtime.settings import IdentitySettings

ISSUER = "https://id.example/realms/vcms"
AUDIENCE = "vcms"
ORGANISATION = UUID("01970000-0000-7000-8000-00000000000a")
STAFF = UUID("01970000-0000-7000-8000-00000000000b")
SETTINGS = IdentitySettings(oidc_issuer=ISSUER, oidc_audience=AUDIENCE)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

RSA = rsa.generate_private_key(65537, 2048)
ANOTHER_RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED25519 = ed25519.Ed25519PrivateKey.generate()


@dataclass
class Issuer:
    """`published` are the keys that its key set shows, by key id."""

    published: dict[str, PrivateKey] = field(default_factory=lambda: {"one": RSA})
    away: bool = False
    discovery: dict[str, object] = field(default_factory=dict)
    """What its discovery document says instead."""
    asked: list[str] = field(default_factory=list)

    def token(
        self,
        claims: dict[str, object] | None = None,
        *,
        header: dict[str, object] | None = None,
        key: PrivateKey = RSA,
        algorithm: str = "RS256",
    ) -> str:
        """An access token; `claims` and `header` replace members, and None leaves one out."""
        said = {**self.claims(), **(claims or {})}
        head: dict[str, object] = {"kid": "one", "typ": "at+jwt", **(header or {})}
        return jwt.encode(
            {name: value for name, value in said.items() if value is not None},
            key,
            algorithm=algorithm,
            headers={name: value for name, value in head.items() if value is not None},
        )

    def claims(self) -> dict[str, object]:
        now = int(time.time())
        return {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(STAFF),
            "iat": now,
            "exp": now + 300,
            "organisation": str(ORGANISATION),
            "roles": [role.value for role in Role],
        }

    def verifier(self, settings: IdentitySettings = SETTINGS) -> Verifier:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        return Verifier(settings, Provider(settings.oidc_issuer, client))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if self.away:
            raise httpx.ConnectError("away")
        if request.url.path.endswith("openid-configuration"):
            return httpx.Response(200, json=self._document())
        return httpx.Response(200, json={"keys": [jwk(k, i) for i, k in self.published.items()]})

    def _document(self) -> dict[str, object]:
        return {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/certs", **self.discovery}


def jwk(key: PrivateKey, key_id: str) -> dict[str, Any]:
    algorithm = get_default_algorithms()[_algorithm(key)]
    public: dict[str, Any] = algorithm.to_jwk(key.public_key(), as_dict=True)
    return {**public, "kid": key_id, "use": "sig", "key_ops": ["verify"]}


def _algorithm(key: PrivateKey) -> str:
    match key:
        case rsa.RSAPrivateKey():
            return "RS256"
        case ec.EllipticCurvePrivateKey():
            return "ES256"
        case _:
            return "EdDSA"


def public_pem(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def by_hand(header: Mapping[str, object], claims: Mapping[str, object], signature: bytes) -> str:
    """A token that no library would make."""
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
