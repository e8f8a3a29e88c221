"""The command edge: everything about a command's request that is not the command itself."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Protocol
from uuid import NAMESPACE_OID, UUID, uuid5

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel, Field

from shared.contracts.actor import Staff
from shared.eventstore.calls import Call, Receipt
from shared.runtime.body import CANONICAL_BODY
from shared.runtime.identity import Viewer
from shared.runtime.ids import new_id
from shared.runtime.tracing import traceparent

KEY = r"^[\x21-\x7e]{1,255}$"
VERSION = r'^"(0|[1-9][0-9]{0,8})"$'


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
        self.response.headers["Location"] = f"{self.request.url.path}/{answer.id}"
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
    def request_hash(self) -> bytes:
        """SHA-256 over method, path and the body's canonical bytes."""
        body: bytes = self.request.scope.get(CANONICAL_BODY, b"")
        path = self.request.url.path
        return sha256(b"\0".join([self.request.method.encode(), path.encode(), body])).digest()

    def lasting_id(self, purpose: str) -> UUID:
        """An id that a retry with the same key finds again: for a second thing that one command
        names. UUIDv5 over principal, key and path."""
        return uuid5(
            NAMESPACE_OID, "\0".join([str(self.actor), self.key, self.request.url.path, purpose])
        )


def etag(response: Response, version: int) -> None:
    """Say which version was answered; also for queries of one thing."""
    response.headers["ETag"] = f'"{version}"'


def id_of(stream: str) -> UUID:
    return UUID(stream.partition("-")[2])


async def command_edge(
    request: Request,
    response: Response,
    actor: Viewer,
    idempotency_key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            pattern=KEY,
            description="1 to 255 visible ASCII characters: new for each command, kept in a retry.",
        ),
    ],
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            pattern=VERSION,
            description='The version that the command leans on, as `"7"`; another answers 412.',
        ),
    ] = None,
) -> CommandEdge:
    expected = None if if_match is None else int(if_match.strip('"'))
    return CommandEdge(request, response, actor, idempotency_key, expected)


Edge = Annotated[CommandEdge, Depends(command_edge)]
