"""Access tokens as RFC 9068 says, and ID tokens, which no service may take for one."""

import time
from dataclasses import dataclass
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import RSAKey

from deploy.local.people import Person

AUDIENCE = "vcms"
LIFETIME_SECONDS = 8 * 60 * 60


@dataclass(frozen=True)
class Tokens:
    """What one provider signs, under its own name."""

    issuer: str
    key: RSAKey

    def access_token(self, person: Person) -> str:
        """For a service of the product: who it is, of which organisation, in which roles."""
        claims = {
            **self._claims(person, audience=AUDIENCE),
            "client_id": person.key,
            "organisation": str(person.organisation.id),
            "roles": [role.value for role in person.roles],
        }
        return self._sign("at+jwt", claims)

    def id_token(self, person: Person) -> str:
        """For the person's own program, which is its audience."""
        return self._sign("JWT", self._claims(person, audience=person.key))

    def _claims(self, person: Person, audience: str) -> dict[str, object]:
        now = int(time.time())
        return {
            "iss": self.issuer,
            "sub": str(person.id),
            "aud": audience,
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
            "jti": str(uuid4()),
        }

    def _sign(self, kind: str, claims: dict[str, object]) -> str:
        header = {"alg": "RS256", "typ": kind, "kid": self.key.kid}
        return jwt.encode(header, claims, self.key)
