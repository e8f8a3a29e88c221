"""A client that sends each command, with one key, until an instance has answered it."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count, cycle
from typing import Any, NamedTuple
from uuid import uuid4

from aiohttp import ClientError, ClientSession

from deploy.local.people import Person
from tests.scenarios.stack import Whole

Json = Any
"""What a service answered."""

PATIENCE = 180.0
"""Seconds until one command must be answered, or what it leads to be seen, whatever is killed."""

LOOK_EVERY = 0.5
"""Seconds: who waits for something to appear shall not be the load."""

SLOWLY = 0.2
"""Seconds between two commands of a client while the load is slow."""

ANSWERED = (200, 201)


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Json:
        return json.loads(self.text)


@dataclass
class Load:
    whole: Whole
    http: ClientSession
    acknowledged: Counter[str] = field(default_factory=Counter)
    """Event id to how often it was named in an answer."""
    done: int = 0
    """Commands that were answered."""
    repeats: int = 0
    """Of these, how many were sent more than once."""
    slow_from: int = sys.maxsize
    """Commands that are done at full speed."""
    progress: asyncio.Condition = field(default_factory=asyncio.Condition)
    turns: Iterator[int] = field(default_factory=count)

    async def reaches(self, commands: int) -> None:
        async with self.progress:
            await self.progress.wait_for(lambda: self.done >= commands)

    async def command(
        self, who: Person, service: str, path: str, body: object = None, after: str = ""
    ) -> Json:
        """POST; `after` is sent as `Read-After`."""
        if self.done >= self.slow_from:
            await asyncio.sleep(SLOWLY)
        headers = {"Idempotency-Key": str(uuid4())} | ({"Read-After": after} if after else {})
        answer, tries = await self._answer(who, "POST", service, path, body, headers)
        assert answer.status in ANSWERED, answer.text
        told = answer.json()
        self.acknowledged.update(told["event_ids"])
        self.repeats += tries > 1
        async with self.progress:
            self.done += 1
            self.progress.notify_all()
        return told

    async def read(self, who: Person, service: str, path: str, after: str = "") -> Json:
        """GET; `after` is sent as `Read-After`."""
        headers = {"Read-After": after} if after else {}
        answer, _ = await self._answer(who, "GET", service, path, None, headers)
        assert answer.status == 200, answer.text
        return answer.json()

    async def put(self, url: str, content: bytes) -> None:
        """Sends bytes straight to the object store."""
        async with self.http.put(url, data=BytesIO(content)) as answer:
            answer.raise_for_status()

    async def appears(self, who: Person, service: str, path: str, **wanted: object) -> None:
        """Waits until this person reads the thing, and reads these values in it.

        Raises:
            TimeoutError: it never came.
        """
        async with asyncio.timeout(PATIENCE):
            while True:
                answer, _ = await self._answer(who, "GET", service, path, None, {})
                if answer.status == 200 and wanted.items() <= answer.json().items():
                    return
                await asyncio.sleep(LOOK_EVERY)

    async def ask(
        self, who: Person, method: str, url: str, body: object, headers: Mapping[str, str]
    ) -> Answer:
        """One request, sent once. Raises ClientError: nobody answers there."""
        signed = {"Authorization": f"Bearer {self.whole.tokens[who.key]}", **headers}
        async with self.http.request(method, url, json=body, headers=signed) as answer:
            return Answer(answer.status, answer.headers, await answer.text())

    async def _answer(
        self,
        who: Person,
        method: str,
        service: str,
        path: str,
        body: object,
        headers: Mapping[str, str],
    ) -> tuple[Answer, int]:
        """What the first instance said that could, and how often it was sent. The instances take
        turns in being asked first."""
        urls = self.whole.urls(service)
        turn = next(self.turns) % len(urls)
        async with asyncio.timeout(PATIENCE):
            for tries, url in enumerate(cycle(urls[turn:] + urls[:turn]), 1):
                try:
                    answer = await self.ask(who, method, f"{url}{path}", body, headers)
                except (ClientError, TimeoutError):
                    await asyncio.sleep(0.05)
                    continue
                if answer.status != 503:
                    return answer, tries
                await asyncio.sleep(0.1)
        raise TimeoutError
