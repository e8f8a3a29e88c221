"""Who asks: the bearer token becomes a `Staff` member with roles, or 401, 403 or 503."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from time import time
from typing import Annotated
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import Depends, Request

from shared.contracts.actor import Role, Staff
from shared.runtime.problems import Problem, RoleMissing
from shared.runtime.provider import Provider
from shared.runtime.settings import IdentitySettings
from shared.runtime.tokens import Claims, TokenMissing, header_of, verify

MOST_REMEMBERED = 10_000
"""Verified tokens that are kept until they expire or the provider's keys are fetched anew."""


class OrganisationMissing(Problem):
    """The token names no organisation."""

    status = 403


@dataclass(frozen=True, slots=True)
class _Verified:
    staff: Staff
    expires: float
    verified_with: float


class Verifier:
    """Checks bearer tokens against the OpenID provider; remembers them by hash, never as such."""

    def __init__(self, settings: IdentitySettings, provider: Provider | None = None) -> None:
        self._settings = settings
        self.provider = provider or Provider(settings.oidc_issuer)
        self._verified: OrderedDict[bytes, _Verified] = OrderedDict()

    async def staff(self, token: str) -> Staff:
        """Who holds the token.

        Raises:
            TokenRefused, TokenExpired: 401.
            OrganisationMissing: 403.
            ProviderAway: 503, the provider's keys are not known.
        """
        digest = sha256(token.encode()).digest()
        known = self._verified.get(digest)
        await self.provider.refresh()
        if known and known.expires > time() and known.verified_with == self.provider.fetched:
            return known.staff
        return self._remember(digest, await self._verify(token))

    async def _verify(self, token: str) -> Claims:
        header = header_of(token)
        key = await self.provider.key(header)
        return verify(token, header, key, self._settings.oidc_issuer, self._settings.oidc_audience)

    def _remember(self, digest: bytes, claims: Claims) -> Staff:
        staff = staff_of(claims, self._settings)
        expires = claims["exp"]
        if isinstance(expires, int | float):
            self._verified[digest] = _Verified(staff, expires, self.provider.fetched)
            self._verified.move_to_end(digest)
        while len(self._verified) > MOST_REMEMBERED:
            self._verified.popitem(last=False)
        return staff


def staff_of(claims: Claims, settings: IdentitySettings) -> Staff:
    """The staff member that verified claims describe. Roles that are none of ours are ignored.

    Raises:
        OrganisationMissing: no UUID where the organisation should stand.
    """
    organisation = _only(claim(claims, settings.oidc_organisation_claim))
    roles = claim(claims, settings.oidc_roles_claim)
    names = roles if isinstance(roles, list) else str(roles or "").split()
    return Staff(
        organisation=_uuid(organisation),
        staff=staff_id(settings.oidc_issuer, str(claims["sub"])),
        roles=frozenset(role for role in Role if role.value in names),
    )


def claim(claims: Claims, path: str) -> object:
    """The claim of that name or, where there is none, at that dotted path; else None."""
    if path in claims:
        return claims[path]
    value: object = claims
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def staff_id(issuer: str, subject: str) -> UUID:
    """The provider's own UUID or, where `sub` is none, the UUIDv5 of issuer and subject."""
    try:
        own = UUID(subject)
    except ValueError:
        own = None
    if own is not None and str(own) == subject:
        return own
    return uuid5(NAMESPACE_URL, f"{issuer}#{subject}")


def _only(value: object) -> object:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _uuid(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise OrganisationMissing from None


_VIEWER = "vcms.viewer"


async def viewer(request: Request) -> Staff:
    """Dependency: whoever is signed in. Whoever else asks for the same request is told at once.

    Raises:
        TokenMissing, TokenRefused, TokenExpired: 401.
        OrganisationMissing: 403.
        ProviderAway: 503, the provider's keys are not known.
    """
    known: Staff | None = request.scope.get(_VIEWER)
    if known is not None:
        return known
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenMissing
    verifier: Verifier = request.app.state.verifier
    staff = request.scope[_VIEWER] = await verifier.staff(token)
    return staff


Viewer = Annotated[Staff, Depends(viewer)]


def require(*roles: Role) -> Callable[[Request], Awaitable[Staff]]:
    """Dependency: whoever is signed in and has one of `roles`; anyone else gets 403."""

    async def allowed(request: Request) -> Staff:
        staff = await viewer(request)
        if staff.roles.isdisjoint(roles):
            raise RoleMissing
        return staff

    return allowed
