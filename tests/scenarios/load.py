"""A client that sends each command, with one key, until an instance has answered it."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from uuid import uuid4

import httpx

from deploy.local.people import Person
from tests.scenarios.stack import Whole

Json = Any
"""What a service answered."""

PATIENCE = 90.0
"""Seconds until one command must be answered, or what it leads to be seen, whatever is killed."""

LOOK_EVERY = 0.5
"""Seconds: who waits for something to appear shall not be the load."""

ANSWERED = (200, 201)


@dataclass
class Load:
    whole: Whole
    http: httpx.AsyncClient
    acknowledged: Counter[str] = field(default_factory=Counter)
    """Event id to how often it was named in an answer."""
    done: int = 0
    """Commands that were answered."""
    repeats: int = 0
    """Of these, how many were sent more than once."""
    progress: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def reaches(self, count: int) -> None:
        async with self.progress:
            await self.progress.wait_for(lambda: self.done >= count)

    async def command(
        self, who: Person, service: str, path: str, body: object = None, after: str = ""
    ) -> Json:
        """POST; `after` is sent as `Read-After`."""
        headers = {"Idempotency-Key": str(uuid4())} | ({"Read-After": after} if after else {})
        answer, tries = await self._answer(who, "POST", service, path, body, headers)
        assert answer.status_code in ANSWERED, answer.text
        told = answer.json()
        self.acknowledged.update(told["event_ids"])
        self.repeats += tries > 1
        async with self.progress:
            self.done += 1
            self.progress.notify_all()
        return told

    async def read(self, who: Person, service: str, path: str) -> Json:
        answer, _ = await self._answer(who, "GET", service, path, None, {})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def appears(self, who: Person, service: str, path: str, **wanted: object) -> None:
        """Waits until this person reads the thing, and reads these values in it.

        Raises:
            TimeoutError: it never came.
        """
        async with asyncio.timeout(PATIENCE):
            while True:
                answer, _ = await self._answer(who, "GET", service, path, None, {})
                if answer.status_code == 200 and wanted.items() <= answer.json().items():
                    return
                await asyncio.sleep(LOOK_EVERY)

    async def _answer(
        self,
        who: Person,
        method: str,
        service: str,
        path: str,
        body: object,
        headers: Mapping[str, str],
    ) -> tuple[httpx.Response, int]:
        """What the first instance said that could, and how often it was sent."""
        signed = {"Authorization": f"Bearer {self.whole.tokens[who.key]}", **headers}
        async with asyncio.timeout(PATIENCE):
            for tries, url in enumerate(cycle(self.whole.urls(service)), 1):
                try:
                    answer = await self.http.request(
                        method, f"{url}{path}", json=body, headers=signed
                    )
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
                    continue
                if answer.status_code != 503:
                    return answer, tries
                await asyncio.sleep(0.1)
        raise TimeoutError
