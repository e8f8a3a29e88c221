"""Is this bearer a JWT access token for us? Signature and claims by PyJWT, and no ID tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import jwt
from jwt import PyJWK

from shared.runtime.problems import Problem

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Asymmetric only: with HS256 anyone who has the public key could sign."""

LARGEST = 16 * 1024
LEEWAY = 5
"""Seconds by which the provider's clock may differ from ours."""

_ACCESS_TOKEN_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
_ONLY_IN_ID_TOKENS = frozenset({"nonce", "at_hash", "c_hash", "s_hash"})
_OTHER_TOKENS = frozenset({"id", "refresh", "offline", "logout"})
"""Keycloak's claim `typ` for tokens that are not for us."""

Claims = Mapping[str, object]


class TokenMissing(Problem):
    """This needs a bearer token: a JWT access token of the OpenID provider."""

    status = 401
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "Bearer"}


class TokenRefused(Problem):
    """The bearer is no access token for this service."""

    status = 401
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class TokenExpired(TokenRefused):
    """The token has expired."""


@dataclass(frozen=True, slots=True)
class Header:
    """What an unverified token says of itself."""

    algorithm: str
    key_id: str | None


def header_of(token: str) -> Header:
    """The token's header, to find the key by.

    Raises:
        TokenRefused: no JWT, an algorithm outside the list, or a type that is no access token's.
    """
    if len(token) > LARGEST:
        raise TokenRefused
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TokenRefused from None
    kind, key_id = header.get("typ", "JWT"), header.get("kid")
    if header.get("alg") not in ALGORITHMS or not isinstance(kind, str):
        raise TokenRefused
    if kind.lower() not in _ACCESS_TOKEN_TYPES:
        raise TokenRefused
    return Header(header["alg"], key_id if isinstance(key_id, str) else None)


def verify(token: str, header: Header, key: PyJWK, issuer: str, audience: str) -> Claims:
    """The claims of an access token.

    Raises:
        TokenExpired: it was good until `exp`.
        TokenRefused: signature, issuer, audience, times or kind are not what they must be.
    """
    try:
        claims: Claims = jwt.decode(
            token,
            key,
            algorithms=[header.algorithm],
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except jwt.ExpiredSignatureError:
        raise TokenExpired from None
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TokenRefused from None
    if _is_no_access_token(claims):
        raise TokenRefused
    return claims


def _is_no_access_token(claims: Claims) -> bool:
    kind = str(claims.get("typ", "")).lower()
    return kind in _OTHER_TOKENS or not _ONLY_IN_ID_TOKENS.isdisjoint(claims)
