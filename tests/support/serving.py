"""A service in this process: HTTP over ASGI, real PostgreSQL, topics in memory, signed tokens."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from shared.contracts.actor import Role
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.envelope import Envelope, encode
from shared.messaging.memory import MemoryBus
from shared.messaging.records import Record
from shared.runtime.settings import StoreSettings
from shared.vault.memory import MemoryKeys
from shared.vault.providers import KeyFile
from shared.vault.vault import Vault
from tests.runtime.issuer import Issuer
from tests.support.postgres import ServiceDatabase

ISSUER = Issuer()


@dataclass(frozen=True)
class Member:
    """Somebody on an organisation's staff."""

    organisation: UUID
    roles: tuple[Role, ...] = (Role.CASEWORKER,)
    staff: UUID = field(default_factory=uuid4)

    @property
    def token(self) -> str:
        claims: dict[str, object] = {
            "sub": str(self.staff),
            "organisation": str(self.organisation),
            "roles": [role.value for role in self.roles],
        }
        return ISSUER.token(claims)


@dataclass(frozen=True)
class Service:
    client: httpx.AsyncClient

    async def get(self, who: Member, path: str, after: object = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {who.token}"}
        if after is not None:
            headers["Read-After"] = str(after)
        return await self.client.get(path, headers=headers)

    async def post(
        self, who: Member, path: str, body: object, key: str | None = None, **headers: str
    ) -> httpx.Response:
        """`headers` by their names with underscores: `if_match='"1"'`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named |= {"Authorization": f"Bearer {who.token}", "Idempotency-Key": key or token_hex(8)}
        return await self.client.post(path, json=body, headers=named)

    async def done(self, who: Member, path: str, body: object, **headers: str) -> dict[str, Any]:
        """A command that must succeed: its answer."""
        response = await self.post(who, path, body, **headers)
        assert response.status_code in {200, 201}, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def seen(self, who: Member, path: str, after: object = None) -> dict[str, Any]:
        """A query that must succeed: its answer."""
        response = await self.get(who, path, after)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[Service]:
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service") as client,
    ):
        yield Service(client)


def store_of(database: ServiceDatabase) -> StoreSettings:
    return StoreSettings(database_url=database.writer, reader_url=database.reader)


def new_vault(folder: Path, keys: MemoryKeys | None = None) -> Vault:
    key_file = folder / "key"
    key_file.write_bytes(bytes(32))
    return Vault(keys or MemoryKeys(), KeyFile(key_file))


@dataclass
class OtherService:
    """A service that is not running: its events are made by hand."""

    name: str
    vault: Vault
    bus: MemoryBus = field(default_factory=MemoryBus)
    made: list[Record] = field(default_factory=list)

    async def says(self, event: object, stream: str, subject: UUID) -> int:
        """Puts an event on the service's topic; returns its position."""
        record = self.record(event, stream, subject)
        async with self.bus.publisher(self.name) as publisher:
            await publisher.publish([record])
        return record.position

    def record(self, event: object, stream: str, subject: UUID) -> Record:
        event_id, now = uuid4(), datetime.now(UTC)
        key = self.vault.keys_for([subject])[subject]
        envelope = Envelope(
            id=event_id,
            service=self.name,
            type=CATALOGUE.type_of(type(event)),
            stream=stream,
            version=1 + sum(record.stream == stream for record in self.made),
            position=len(self.made) + 1,
            occurred_at=now,
            recorded_at=now,
            actor=f"system:{self.name}",
            subject=subject,
            correlation_id=event_id,
            causation_id=event_id,
            nonce=token_hex(16),
            data=CATALOGUE.write(self.vault.seal(event, key, stream, event_id)),
        )
        body = encode(envelope)
        self.made.append(Record(envelope.position, envelope.type, stream, str(event_id), body))
        return self.made[-1]


async def eventually(holds: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
    """Waits for what happens by itself."""
    async with asyncio.timeout(seconds):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.02)
