"""The notifications' HTTP interface: what waits for me, and where I want mail about it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from services.notifications import addresses, projections
from services.notifications.addresses import SetAddress
from services.notifications.commands import MarkSeen
from shared.contracts.actor import Role
from shared.contracts.notifications import NotificationKind
from shared.contracts.refused import NotFound
from shared.eventstore.reading import reading
from shared.eventstore.store import EventStore
from shared.runtime.clock import Clock
from shared.runtime.command_route import CommandRoute
from shared.runtime.edge import Answer, CommandEdge, Edge, Handles, etag
from shared.runtime.fields import body_config
from shared.runtime.freshness import ReadAfter
from shared.runtime.identity import Viewer
from shared.runtime.openapi import command_problems, query_problems
from shared.runtime.paging import POSITION, Listed, Paged

MailAddress = Annotated[
    str,
    StringConstraints(
        max_length=254,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
        r"@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,8}$",
    ),
]


class NotificationView(BaseModel):
    id: UUID
    version: int
    kind: NotificationKind
    role: Role = Field(description="For everybody of the organisation who has it.")
    about: UUID = Field(description="A referral.")
    queued_at: datetime
    seen: bool = Field(description="By the viewer.")


class SetAddressBody(BaseModel):
    model_config = body_config({"mail": "caseworker@harbour-light.example"})

    mail: MailAddress | None = Field(description="Null: no mail any more.")


class AddressView(BaseModel):
    mail: str | None
    roles: tuple[Role, ...] = Field(description="What mail comes about: as when it was set.")
    refused: bool = Field(description="The mail server does not know this address.")
    version: int


def notifications_api(writer: Handles, reader: Engine) -> APIRouter:
    router = APIRouter(prefix="/notifications", tags=["notifications"], route_class=CommandRoute)

    @router.get(
        "",
        operation_id="list_notifications",
        dependencies=[ReadAfter],
        responses=query_problems(),
    )
    def list_notifications(
        viewer: Viewer,
        page: Paged,
        *,
        unseen: Annotated[bool, Query(description="Only those that I have not seen.")] = False,
    ) -> Listed[NotificationView]:
        """What the viewer's organisation and roles are told, newest first."""
        last = page.after(POSITION)
        with reading(reader, viewer.organisation) as connection:
            rows = projections.notifications_before(
                connection, viewer.staff, viewer.roles, last, page.limit + 1, unseen_only=unseen
            )
        kept, cursor = page.cut(rows, lambda row: row["position"])
        items = [
            NotificationView.model_validate({**row, "id": row["notification_id"]}) for row in kept
        ]
        return Listed(items=items, next=cursor)

    @router.post("/{notification_id}/seen", operation_id="mark_seen", responses=command_problems())
    async def mark_seen(notification_id: UUID, edge: Edge) -> Answer:
        command = MarkSeen(edge.actor)
        return await edge.handle(writer, f"notification-{notification_id}", command)

    return router


def addresses_api(database: Engine, store: EventStore, now: Clock) -> APIRouter:
    """Over the writer's role: addresses are rows that change, and nobody else's business."""
    router = APIRouter(prefix="/addresses/me", tags=["addresses"], route_class=CommandRoute)

    @router.put("", operation_id="set_address", responses=command_problems())
    async def set_address(body: SetAddressBody, edge: Edge) -> Answer:
        """Where the viewer wants mail. Makes no event: an address can be taken back for good."""
        return await run_in_threadpool(change, edge, body.mail)

    def change(edge: CommandEdge, mail: str | None) -> Answer:
        command = SetAddress(edge.actor, mail, edge.key, edge.request_hash, edge.expected_version)
        with database.begin() as connection:
            version = addresses.set_address(connection, command, now())
        etag(edge.response, version)
        position = store.head().position
        return Answer(id=edge.actor.staff, version=version, position=position, event_ids=[])

    @router.get("", operation_id="read_address", responses=query_problems())
    def read_address(viewer: Viewer, response: Response) -> AddressView:
        with database.connect() as connection:
            row = addresses.own_address(connection, viewer)
        if row is None:
            raise NotFound
        etag(response, row["version"])
        return AddressView.model_validate({**row})

    return router
