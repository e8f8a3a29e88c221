"""A small service of one kind of thing, houses with a name, as the runtime's tests need it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import httpx
import psycopg2
from fastapi import APIRouter, Depends, FastAPI, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field, StrictInt, TypeAdapter
from sqlalchemy.exc import DataError, OperationalError

from shared.contracts.actor import Role, Staff
from shared.contracts.kinds import OrganisationType, Urgency
from shared.contracts.referrals import OrganisationRegistered
from shared.contracts.refused import NotFound, Refused
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.errors import Retryable
from shared.eventstore.memory import MemoryStore
from shared.runtime.clock import now
from shared.runtime.command_route import CommandRoute
from shared.runtime.edge import Answer, Edge, etag
from shared.runtime.fields import Day, Line, Moment, Text, body_config
from shared.runtime.freshness import ReadAfter
from shared.runtime.health import Parts
from shared.runtime.identity import require
from shared.runtime.ids import new_id
from shared.runtime.openapi import command_problems, query_problems
from shared.runtime.paging import Listed, Paged
from shared.runtime.service import Startable, application
from tests.runtime.issuer import Issuer

CANARY = "canary-7f3a"
"""Stands for a personal value wherever a test sends or raises one."""


@dataclass(frozen=True, slots=True)
class NameHouse:
    house: UUID
    name: str


@dataclass
class NameIsTaken(Refused):
    """Two houses never share a name."""

    field = "name"
    house: UUID


def decide(command: NameHouse, state: str, _: datetime) -> Sequence[OrganisationRegistered]:
    if command.name == state:
        raise NameIsTaken(command.house)
    kind = OrganisationType.NGO
    return [OrganisationRegistered(command.house, command.name, kind, "XX", ())]


def evolve(_: str, event: OrganisationRegistered) -> str:
    return event.name


HOUSES: Aggregate[NameHouse, str, OrganisationRegistered] = Aggregate("house", "", decide, evolve)


class Resident(BaseModel):
    model_config = body_config({"name": "Ama Example"})

    name: Line


class HouseBody(BaseModel):
    model_config = body_config(
        {"name": "North House", "opened_on": "2030-01-31", "residents": [{"name": "Ama Example"}]}
    )

    name: Line
    note: Text | None = None
    opened_on: Day | None = None
    inspected_at: Moment | None = None
    beds: Annotated[StrictInt, Field(ge=0, le=100)] = 0
    urgency: Urgency = Urgency.NORMAL
    keeper: UUID | None = None
    heated: bool = False
    residents: list[Resident] = []


class House(BaseModel):
    id: UUID
    name: str


WORKERS = Annotated[Staff, Depends(require(Role.CASEWORKER))]
KEY = TypeAdapter(tuple[str, UUID])


def houses_api(store: MemoryStore, route_class: type[APIRoute]) -> APIRouter:
    router = APIRouter(route_class=route_class)

    @router.post(
        "/houses", operation_id="open_house", status_code=201, responses=command_problems()
    )
    async def open_house(body: HouseBody, edge: Edge, staff: WORKERS) -> Answer:
        house = new_id()
        return await edge.create(store, f"house-{house}", NameHouse(house, body.name))

    @router.post(
        "/houses/{house_id}/name",
        operation_id="name_house",
        responses=command_problems(NameIsTaken),
    )
    async def name_house(house_id: UUID, body: Resident, edge: Edge, staff: WORKERS) -> Answer:
        return await edge.handle(store, f"house-{house_id}", NameHouse(house_id, body.name))

    @router.get(
        "/houses",
        operation_id="list_houses",
        responses=query_problems(),
        dependencies=[ReadAfter],
    )
    def list_houses(staff: WORKERS, page: Paged, urgency: Urgency | None = None) -> Listed[House]:
        after = page.after(KEY)
        rows = sorted((h for h in _houses(store) if after is None or _key(h) > after), key=_key)
        kept, cursor = page.cut(rows[: page.limit + 1], _key)
        return Listed(items=list(kept), next=cursor)

    @router.get("/houses/{house_id}", operation_id="get_house", responses=query_problems())
    def get_house(house_id: UUID, staff: WORKERS, response: Response) -> House:
        history = store.load(f"house-{house_id}")
        if not history:
            raise NotFound
        etag(response, len(history))
        return next(house for house in _houses(store) if house.id == house_id)

    return router


def broken_api() -> APIRouter:
    """Routes that fail in each way that a dependency or a bug can."""
    router = APIRouter(include_in_schema=False)
    failures: dict[str, Exception] = {
        "bug": ZeroDivisionError(CANARY),
        "store": Retryable(CANARY),
        "driver": psycopg2.OperationalError(CANARY),
        "database": OperationalError("SELECT", {"name": CANARY}, Exception(CANARY)),
        "value": DataError("SELECT", {"name": CANARY}, Exception(CANARY)),
        "group": ExceptionGroup("several", [ValueError(CANARY)]),
    }

    @router.get("/broken/{how}")
    def fail(how: str) -> None:
        raise failures[how]

    return router


def _key(house: House) -> tuple[str, UUID]:
    return house.name, house.id


def _houses(store: MemoryStore) -> list[House]:
    latest = {e.stream: e for e in store.after(0)}
    events = [store.load(stream)[-1].event for stream in latest]
    return [
        House(id=event.organisation, name=event.name)
        for event in events
        if isinstance(event, OrganisationRegistered)
    ]


def build(
    issuer: Issuer,
    parts: Parts | None = None,
    starts: Sequence[Startable] = (),
    route_class: type[APIRoute] = CommandRoute,
) -> FastAPI:
    store = MemoryStore("referrals", [HOUSES], None, now)
    return application(
        "referrals",
        "Houses",
        verifier=issuer.verifier(),
        routers=[houses_api(store, route_class), broken_api()],
        parts=parts or Parts(),
        starts=starts,
    )


@asynccontextmanager
async def calling(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://houses.example") as client,
    ):
        yield client
