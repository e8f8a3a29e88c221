"""The whole stack, two instances of each service, for the tests of this folder."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from cli.demo.asking import sign_in
from deploy.layout import SERVICES
from deploy.local import kafka, postgres, s3
from deploy.local.home import Home
from deploy.local.part import Part
from deploy.local.people import PEOPLE
from deploy.local.service_settings import Parts
from deploy.local.services import Service
from deploy.local.up import start_service, up

INSTANCES = 2
SETTLING_SECONDS = 180.0


@dataclass
class Whole:
    """A running stack. Its parts can be killed and brought back by name: `cases-2`, `kafka`."""

    home: Home
    parts: Parts
    tokens: Mapping[str, str]

    @property
    def file(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.home.stack_file.read_text("utf-8"))
        return content

    def admin(self, service: str) -> str:
        url: str = self.file["services"][service]["admin_database"]
        return url

    def urls(self, service: str) -> list[str]:
        """One for each instance, whether it runs or not."""
        ports = (self.home.service(service, n) / "port" for n in range(1, INSTANCES + 1))
        return [f"http://127.0.0.1:{port.read_text().strip()}" for port in ports]

    def victims(self) -> list[str]:
        instances = [f"{name}-{n}" for name in SERVICES for n in range(1, INSTANCES + 1)]
        return [*instances, "postgres", "kafka"]

    def found(self, name: str) -> Part | None:
        match name:
            case "postgres":
                return postgres.Postgres.found(self.home.part(name))
            case "kafka":
                return kafka.Kafka.found(self.home.part(name))
            case "s3":
                return s3.S3.found(self.home.part(name))
            case _:
                return Service.found(self.home.services / name)

    def bring_back(self, name: str) -> None:
        match name:
            case "postgres":
                postgres.start(self.home.part(name))
            case "kafka":
                kafka.start(self.home.part(name), SERVICES)
            case "s3":
                s3.start(self.home.part(name))
            case _:
                start_service(self.home.services / name, self.parts)

    async def settle(self) -> None:
        """Waits until nothing is left to relay, consume or project.

        Raises:
            TimeoutError: something waits for ever.
        """
        async with httpx.AsyncClient(timeout=10) as http, asyncio.timeout(SETTLING_SECONDS):
            for url in (url for service in SERVICES for url in self.urls(service)):
                await idle(http, url)


async def idle(http: httpx.AsyncClient, url: str) -> None:
    while True:
        if await waits_for_nothing(http, url):
            return
        await asyncio.sleep(0.2)


async def waits_for_nothing(http: httpx.AsyncClient, url: str) -> bool:
    try:
        answer = (await http.get(f"{url}/readyz")).json()
    except httpx.TransportError:
        return False
    pending = answer["pending"]
    groups = (pending[name].values() for name in ("consumers", "projections", "others"))
    counts = [pending["relay"], *(count for group in groups for count in group)]
    return answer["status"] == "ready" and not any(counts)


async def start(home: Home, say: Callable[[str], None]) -> Whole:
    stack = await asyncio.to_thread(
        up, home, INSTANCES, lambda part: say(part.name), lambda size: None
    )
    content = json.loads(home.stack_file.read_text("utf-8"))
    renewals = {
        person.key: entry["renew"] for person, entry in zip(PEOPLE, content["people"], strict=True)
    }
    async with httpx.AsyncClient() as http:
        return Whole(home, stack.parts, await sign_in(http, renewals))
