"""The short way of a command answers as FastAPI's own does, and serves only what has its shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import httpx
import pytest
from fastapi import Query
from fastapi.routing import APIRoute
from pydantic import BaseModel

from shared.runtime.command_route import CommandRoute, Shape
from shared.runtime.edge import Edge
from shared.runtime.freshness import ReadAfter
from tests.runtime.issuer import Issuer
from tests.runtime.register import build, calling

SOMEWHERE = "/houses/01970000-0000-7000-8000-000000000001/name"
KEY = {"Idempotency-Key": "key"}


@dataclass(frozen=True)
class Asked:
    path: str = "/houses"
    body: object = field(default_factory=lambda: {"name": "North House", "opened_on": "2030-01-31"})
    headers: Mapping[str, str] = field(default_factory=lambda: KEY)
    token: bool = True


ASKED = {
    "a creation": Asked(),
    "a command": Asked(SOMEWHERE, {"name": "South House"}),
    "no token": Asked(token=False),
    "no key": Asked(headers={}),
    "no key and a wrong body": Asked(body={"name": 7}, headers={}),
    "a malformed key": Asked(headers={"Idempotency-Key": "é"}),
    "a malformed version": Asked(headers={**KEY, "If-Match": "seven"}),
    "another version": Asked(SOMEWHERE, {"name": "x"}, {**KEY, "If-Match": '"7"'}),
    "no body": Asked(body=None),
    "a list": Asked(body=[]),
    "null": Asked(body="null"),
    "fields that are wrong": Asked(body={"name": 1, "beds": "x", "residents": [{"nam": ""}]}),
    "no id": Asked("/houses/north/name", {"name": "x"}),
    "no id and a wrong body": Asked("/houses/north/name", {"name": 1}),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED.keys())
async def test_both_ways_answer_the_same(asked: Asked, issuer: Issuer) -> None:
    general = await answer(asked, issuer, APIRoute)
    short = await answer(asked, issuer, CommandRoute)
    assert (short.status_code, told(short)) == (general.status_code, told(general))
    assert set(short.headers) == set(general.headers)
    for name in ("Content-Type", "Cache-Control", "WWW-Authenticate", "Retry-After"):
        assert short.headers.get(name) == general.headers.get(name)


async def answer(asked: Asked, issuer: Issuer, route_class: type[APIRoute]) -> httpx.Response:
    async with calling(build(issuer, route_class=route_class)) as client:
        headers = [(name.encode(), value.encode()) for name, value in asked.headers.items()]
        if asked.token:
            headers.append((b"Authorization", f"Bearer {issuer.token()}".encode()))
        return await client.post(asked.path, json=asked.body, headers=headers)


def told(response: httpx.Response) -> dict[str, object]:
    """Without what is new each time."""
    new = ("id", "event_ids")
    return {name: value for name, value in response.json().items() if name not in new}


class Body(BaseModel):
    name: str


async def of_its_shape(house_id: UUID, body: Body, edge: Edge) -> Body:
    return body


async def with_a_query(house_id: UUID, edge: Edge, page: int = Query()) -> Body:
    raise AssertionError("only its shape is looked at")


async def with_two_bodies(house_id: UUID, first: Body, second: Body) -> Body:
    raise AssertionError("only its shape is looked at")


async def without_a_model(house_id: UUID) -> dict[str, str]:
    raise AssertionError("only its shape is looked at")


def on_a_thread(house_id: UUID, body: Body) -> Body:
    raise AssertionError("only its shape is looked at")


def test_what_has_the_shape_is_served_by_it() -> None:
    route = CommandRoute("/houses/{house_id}", of_its_shape, methods=["POST"])
    assert Shape.of(route) is not None


@pytest.mark.parametrize("endpoint", [with_a_query, with_two_bodies, without_a_model, on_a_thread])
def test_what_asks_for_something_else_is_left_to_fastapi(endpoint: object) -> None:
    assert callable(endpoint)
    route = CommandRoute("/houses/{house_id}", endpoint, methods=["POST"])
    assert Shape.of(route) is None


def test_a_dependency_that_takes_more_is_left_to_fastapi() -> None:
    path = "/houses/{house_id}"
    route = CommandRoute(path, of_its_shape, methods=["POST"], dependencies=[ReadAfter])
    assert Shape.of(route) is None
