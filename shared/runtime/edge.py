"""The command edge: everything about a command's request that is not the command itself."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Protocol
from uuid import NAMESPACE_OID, UUID, uuid5

from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field

from shared.contracts.actor import Staff
from shared.eventstore.calls import Call, Receipt
from shared.runtime.body import CANONICAL_BODY
from shared.runtime.identity import viewer
from shared.runtime.ids import new_id
from shared.runtime.problems import Fault, InvalidHeader
from shared.runtime.tracing import traceparent


@dataclass(frozen=True, slots=True)
class CommandHeader:
    """A header that every command takes; `pattern` fits its whole value."""

    name: str
    required: bool
    pattern: str
    description: str

    def fault_of(self, value: str | None) -> Fault | None:
        if value is None:
            return Fault(self.name, "is missing") if self.required else None
        fits = re.fullmatch(self.pattern, value)
        return None if fits else Fault(self.name, "does not have the right form")


KEY = CommandHeader(
    name="Idempotency-Key",
    required=True,
    pattern=r"[\x21-\x7e]{1,255}",
    description="1 to 255 visible ASCII characters: new for each command, kept in a retry.",
)
VERSION = CommandHeader(
    name="If-Match",
    required=False,
    pattern=r'"(0|[1-9][0-9]{0,8})"',
    description='The version that the command leans on, as `"7"`; another answers 412.',
)


class Handles(Protocol):
    """The writer, or its memory twin."""

    async def handle(self, call: Call) -> Receipt: ...


class Answer(BaseModel):
    """What every command answers; the header `ETag` repeats the version."""

    id: UUID = Field(description="Of the thing that the command changed or made.")
    version: int = Field(description="Its version now: for `If-Match`.")
    position: int = Field(description="Where the service's history stands: for `Read-After`.")
    event_ids: list[UUID]


@dataclass(frozen=True, slots=True)
class CommandEdge:
    """One command's request. `key` and the request's hash make a retry safe."""

    request: Request
    response: Response
    actor: Staff
    key: str
    expected_version: int | None

    async def handle(
        self,
        writer: Handles,
        stream: str,
        command: object,
        *,
        subject: UUID | None = None,
        occurred_at: datetime | None = None,
    ) -> Answer:
        """Have the command decided and recorded, and answer with what is new.

        Raises:
            Refused: the rules say no.
            Retryable: the database or the key store is away.
        """
        call = self.call(stream, command, subject=subject, occurred_at=occurred_at)
        receipt = await writer.handle(call)
        etag(self.response, receipt.version)
        return Answer(
            id=id_of(receipt.stream),
            version=receipt.version,
            position=receipt.position,
            event_ids=list(receipt.event_ids),
        )

    async def create(
        self,
        writer: Handles,
        stream: str,
        command: object,
        *,
        subject: UUID | None = None,
        occurred_at: datetime | None = None,
    ) -> Answer:
        """`handle` for a command that makes a thing: also says where the thing is.

        A retry is answered with the id of the first time, whatever `stream` says now.
        """
        answer = await self.handle(
            writer, stream, command, subject=subject, occurred_at=occurred_at
        )
        self.response.headers["Location"] = f"{self.path}/{answer.id}"
        return answer

    def call(
        self,
        stream: str,
        command: object,
        *,
        subject: UUID | None = None,
        occurred_at: datetime | None = None,
    ) -> Call:
        return Call(
            stream=stream,
            command=command,
            actor=self.actor,
            key=self.key,
            request_hash=self.request_hash,
            command_id=new_id(),
            subject=subject,
            expected_version=self.expected_version,
            occurred_at=occurred_at,
            traceparent=traceparent(),
        )

    @property
    def path(self) -> str:
        """As the client asked for it, decoded."""
        path: str = self.request.scope["path"]
        return path

    @property
    def request_hash(self) -> bytes:
        """SHA-256 over method, path and the body's canonical bytes."""
        body: bytes = self.request.scope.get(CANONICAL_BODY, b"")
        method = self.request.method
        return sha256(b"\0".join([method.encode(), self.path.encode(), body])).digest()

    def lasting_id(self, purpose: str) -> UUID:
        """An id that a retry with the same key finds again: for a second thing that one command
        names. UUIDv5 over principal, key and path."""
        return uuid5(NAMESPACE_OID, "\0".join([str(self.actor), self.key, self.path, purpose]))


def etag(response: Response, version: int) -> None:
    """Say which version was answered; also for queries of one thing."""
    response.headers["ETag"] = f'"{version}"'


def id_of(stream: str) -> UUID:
    return UUID(stream.partition("-")[2])


async def command_edge(request: Request, response: Response) -> CommandEdge:
    """Dependency. It reads its headers itself: declared to FastAPI, two headers would cost as much
    as the command's own decision.

    Raises:
        Problem: not signed in, or a header is missing or malformed.
    """
    actor = await viewer(request)
    key, version = (request.headers.get(name) for name in (KEY.name, VERSION.name))
    found = [fault for fault in (KEY.fault_of(key), VERSION.fault_of(version)) if fault]
    if key is None or found:
        raise InvalidHeader(tuple(found))
    expected = None if version is None else int(version.strip('"'))
    return CommandEdge(request, response, actor, key, expected)


Edge = Annotated[CommandEdge, Depends(command_edge)]
