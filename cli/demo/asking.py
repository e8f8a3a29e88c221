"""One request as one person, over HTTP, with what is expected of it noted in the report."""

import asyncio
from collections.abc import Mapping
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx

from cli.demo.expectations import Report
from deploy.local.people import Person

Json = Any
"""What a service answered; the story picks out of it what it needs."""

PATIENCE = 60.0
"""Seconds until something that must happen counts as not happened."""

LOOK_EVERY = 0.01
TRIES = 50
"""How often a request without an answer, or with a 503, is sent: each time with the same key."""


class NothingCame(Exception):
    """Something that must happen did not happen in time."""


class Asker:
    """Sends requests to the services at `addresses` (name to URL), as people with `tokens`
    (key to bearer token)."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        addresses: Mapping[str, str],
        tokens: Mapping[str, str],
        report: Report,
    ) -> None:
        self._http = http
        self._addresses = addresses
        self._tokens = tokens
        self._report = report

    async def read(
        self, who: Person, service: str, path: str, expected: int = 200, after: str | None = None
    ) -> Json:
        """GET; `after` is sent as `Read-After`."""
        headers = {} if after is None else {"Read-After": after}
        response = await self._send(who, "GET", service, path, None, headers)
        return self._note(who, response, service, path, expected)

    async def command(
        self,
        who: Person,
        service: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        expected: int = 200,
        after: str | None = None,
    ) -> Json:
        """POST with a new idempotency key."""
        headers = {"Idempotency-Key": str(uuid4())}
        if after is not None:
            headers["Read-After"] = after
        response = await self._send(who, "POST", service, path, body, headers)
        return self._note(who, response, service, path, expected)

    async def peek(self, who: Person, service: str, path: str) -> Json:
        """GET without a note: for looking again and again."""
        return (await self._send(who, "GET", service, path, None, {})).json()

    def note(self, who: Person, request: str, expected: object, actual: object) -> bool:
        """Something else that was expected, such as equal bytes."""
        return self._report.expect(who.key, request, expected, actual)

    async def every(self, who: Person, service: str, path: str) -> list[Json]:
        """All items of a list, page by page."""
        items: list[Json] = []
        cursor: str | None = None
        while True:
            query = "?limit=200" if cursor is None else f"?limit=200&cursor={cursor}"
            page = await self.read(who, service, f"{path}{query}")
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items

    async def appears(
        self, who: Person, service: str, path: str, every: float = LOOK_EVERY
    ) -> float:
        """Seconds until the thing can be read by this person, who looks `every` so many.

        Raises:
            NothingCame: it never could.
        """
        began = monotonic()
        while (await self._send(who, "GET", service, path, None, {})).status_code != 200:
            if monotonic() - began > PATIENCE:
                raise NothingCame(f"{service}{path}")
            await asyncio.sleep(every)
        return monotonic() - began

    async def vanishes(self, who: Person, service: str, path: str) -> None:
        """Notes that this person is answered 404, at once or after a moment."""
        began = monotonic()
        while (
            status := (await self._send(who, "GET", service, path, None, {})).status_code
        ) != 404:
            if monotonic() - began > PATIENCE:
                break
            await asyncio.sleep(LOOK_EVERY)
        self.note(who, f"GET {service}{path}", 404, status)

    async def settle(self) -> None:
        """Waits until no service has anything left to relay, consume or project.

        Raises:
            NothingCame: something waits for ever.
        """
        began = monotonic()
        while any([await self._waits(address) for address in self._addresses.values()]):
            if monotonic() - began > PATIENCE:
                raise NothingCame("an idle moment")
            await asyncio.sleep(LOOK_EVERY)

    async def _waits(self, address: str) -> bool:
        pending = (await self._http.get(f"{address}/readyz")).json()["pending"]
        counts = [pending["relay"]]
        for group in ("consumers", "projections", "others"):
            counts += pending.get(group, {}).values()
        return any(count != 0 for count in counts)

    async def _send(
        self,
        who: Person,
        method: str,
        service: str,
        path: str,
        body: Mapping[str, object] | None,
        headers: Mapping[str, str],
    ) -> httpx.Response:
        url = f"{self._addresses[service]}{path}"
        signed = {"Authorization": f"Bearer {self._tokens[who.key]}", **headers}
        for _ in range(TRIES):
            try:
                response = await self._http.request(method, url, json=body, headers=signed)
            except httpx.TransportError:
                continue  # such as an idle connection that the service has just closed
            if response.status_code != 503:
                return response
            await asyncio.sleep(0.1)
        raise NothingCame(f"an answer from {service}")

    def _note(
        self, who: Person, response: httpx.Response, service: str, path: str, expected: int
    ) -> Json:
        request = f"{response.request.method} {service}{path.partition('?')[0]}"
        self._report.expect(who.key, request, expected, response.status_code)
        return response.json() if response.content else None


async def sign_in(
    http: httpx.AsyncClient, renewals: Mapping[str, Mapping[str, Json]]
) -> dict[str, str]:
    """Person's key to a fresh access token, from the forms that `stack.json` holds."""
    tokens: dict[str, str] = {}
    for key, renew in renewals.items():
        answer = await http.post(renew["url"], data=renew["form"])
        answer.raise_for_status()
        tokens[key] = answer.json()["access_token"]
    return tokens
