"""The OpenID Connect provider: its keys, found by discovery and kept for ten minutes."""

import asyncio
from collections.abc import Mapping
from time import monotonic
from urllib.parse import urlsplit

import httpx
import jwt
from jwt import PyJWK

from shared.runtime.logs import log
from shared.runtime.problems import TryAgainLater
from shared.runtime.tokens import Header, TokenRefused

FRESH = 600.0
"""Seconds that keys are used without asking for them again."""

NOT_AGAIN = 10.0
"""Seconds between two fetches, so that tokens with invented key ids do not flood the provider."""

NOT_AT_ONCE = 0.5
"""The same while no keys are known."""

TIMEOUT = 2.0
DISCOVERY = "/.well-known/openid-configuration"

_ALGORITHMS_OF = {"RSA": ("RS256", "PS256"), "EC": ("ES256",), "OKP": ("EdDSA",)}


class ProviderAway(TryAgainLater):
    """The OpenID provider does not answer, and its keys are not known yet."""


class Provider:
    """Signing keys by key id. Old keys stay in use while the provider is away."""

    def __init__(self, issuer: str, client: httpx.AsyncClient | None = None) -> None:
        self._issuer = issuer
        self._client = client or httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False)
        self._keys: tuple[PyJWK, ...] = ()
        self._fetched = self._tried = float("-inf")
        self._fetching = asyncio.Lock()
        self._renewal: asyncio.Task[None] | None = None

    @property
    def fetched(self) -> float:
        """When the keys came (monotonic seconds): whatever was verified earlier may be stale."""
        return self._fetched

    async def key(self, header: Header) -> PyJWK:
        """The key that signed.

        Raises:
            TokenRefused: the provider has no such key.
            ProviderAway: nothing is known of its keys.
        """
        await self.refresh()
        key = self._find(header)
        if key is None:
            await self._fetch_unless_just_done()
            key = self._find(header)
        if key is None:
            raise TokenRefused
        return key

    async def refresh(self) -> None:
        """Fetch the keys if they are missing; if they are old, beside the request at hand.

        Raises:
            ProviderAway: nothing is known of its keys.
        """
        if not self._keys:
            await self._fetch_unless_just_done()
        elif monotonic() - self._fetched > FRESH:
            self._renew()
        if not self._keys:
            raise ProviderAway

    async def close(self) -> None:
        if self._renewal is not None:
            self._renewal.cancel()
        await self._client.aclose()

    def _renew(self) -> None:
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._fetch_unless_just_done())

    def _find(self, header: Header) -> PyJWK | None:
        fitting = [key for key in self._keys if _fits(key, header)]
        ambiguous = header.key_id is None and len(fitting) > 1
        return None if ambiguous else next(iter(fitting), None)

    async def _fetch_unless_just_done(self) -> None:
        async with self._fetching:
            if monotonic() - self._tried < (NOT_AGAIN if self._keys else NOT_AT_ONCE):
                return
            self._tried = monotonic()
            try:
                self._keys = await self._fetch()
                self._fetched = monotonic()
            except (
                httpx.HTTPError,
                httpx.InvalidURL,
                jwt.PyJWTError,
                ValueError,
                KeyError,
            ) as error:
                log.warning("oidc_keys_not_fetched", error=type(error).__name__)

    async def _fetch(self) -> tuple[PyJWK, ...]:
        found = await self._get(self._issuer.rstrip("/") + DISCOVERY)
        if found["issuer"] != self._issuer:
            raise ValueError("the discovery document names another issuer")
        address = str(found["jwks_uri"])
        if urlsplit(self._issuer).scheme == "https" != urlsplit(address).scheme:
            raise ValueError("keys over plain HTTP")
        return usable_keys(await self._get(address))

    async def _get(self, address: str) -> Mapping[str, object]:
        response = await self._client.get(address)
        response.raise_for_status()
        document: Mapping[str, object] = response.json()
        return document


def usable_keys(key_set: Mapping[str, object]) -> tuple[PyJWK, ...]:
    """The set's public signing keys, one for each algorithm that we take."""
    listed = key_set["keys"]
    if not isinstance(listed, list):
        raise ValueError("no list of keys")
    return tuple(
        key
        for member in listed
        if isinstance(member, dict) and member.get("use", "sig") == "sig"
        for algorithm in _algorithms(member)
        for key in _key(member, algorithm)
    )


def _algorithms(member: Mapping[str, object]) -> tuple[str, ...]:
    """A key that names its algorithm is used for no other."""
    fitting = _ALGORITHMS_OF.get(str(member.get("kty")), ())
    return tuple(name for name in fitting if member.get("alg", name) == name)


def _key(member: dict[str, object], algorithm: str) -> list[PyJWK]:
    try:
        return [PyJWK(member, algorithm)]
    except jwt.PyJWTError:
        return []  # another curve, or damaged: no key of ours


def _fits(key: PyJWK, header: Header) -> bool:
    return key.algorithm_name == header.algorithm and header.key_id in {None, key.key_id}
