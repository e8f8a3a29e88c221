"""The way of most commands through FastAPI, at half its cost.

They all have one shape: ids in the path, at most one body, and dependencies that take nothing but
the request and the response. FastAPI's general way finds that out again with each request; here it
is found out once. A route of any other shape is served by FastAPI as ever.
"""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self, get_args, get_type_hints
from uuid import UUID

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.params import Depends
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.runtime.body import PARSED_BODY

Values = dict[str, object]
Faults = list[Mapping[str, Any]]

_ID = TypeAdapter(UUID)
_MISSING = {"type": "missing", "loc": ("body",)}


class CommandRoute(APIRoute):
    """For `APIRouter(route_class=…)`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        shape = Shape.of(self)
        return super().get_route_handler() if shape is None else shape.serve


@dataclass(frozen=True, slots=True)
class Bare:
    """A dependency that takes the request, the response, or both. `name`: the endpoint's
    parameter that gets what it returns; "" where none does."""

    name: str
    call: Callable[..., Awaitable[object]]
    takes: Mapping[str, type]

    async def solved(self, request: Request, response: Response) -> object:
        given = {Request: request, Response: response}
        return await self.call(**{name: given[kind] for name, kind in self.takes.items()})


@dataclass(frozen=True, slots=True)
class Shape:
    """What a command's endpoint asks for."""

    endpoint: Callable[..., Awaitable[BaseModel]]
    status: int
    ids: tuple[str, ...]
    bodies: Mapping[str, TypeAdapter[BaseModel]]
    """One, or none."""
    dependencies: tuple[Bare, ...]

    @classmethod
    def of(cls, route: APIRoute) -> Self | None:
        """None: it asks for something else."""
        if not inspect.iscoroutinefunction(route.endpoint):
            return None
        hints = get_type_hints(route.endpoint, include_extras=True)
        answer = hints.pop("return", None)
        asked = {name: hint for name, hint in hints.items() if _depends(hint) is None}
        ids = tuple(name for name, hint in asked.items() if hint is UUID)
        bodies = {name: hint for name, hint in asked.items() if _is_model(hint)}
        bare = list(_bare(route, hints))
        known = set(ids) == set(route.param_convertors) and len(ids) + len(bodies) == len(asked)
        if not known or len(bodies) > 1 or None in bare or not _is_model(answer):
            return None
        return cls(
            endpoint=route.endpoint,
            status=route.status_code or 200,
            ids=ids,
            bodies={name: TypeAdapter(hint) for name, hint in bodies.items()},
            dependencies=tuple(one for one in bare if one is not None),
        )

    async def serve(self, request: Request) -> Response:
        """Raises as the endpoint and its dependencies do, and RequestValidationError."""
        headers, values = Response(), Values()
        for dependency in self.dependencies:
            solved = await dependency.solved(request, headers)
            if dependency.name:
                values[dependency.name] = solved
        faults: Faults = [*self._take_ids(request, values), *self._take_body(request, values)]
        if faults:
            raise RequestValidationError(faults)
        answer = await self.endpoint(**values)
        told = Response(answer.model_dump_json(), self.status, media_type="application/json")
        told.raw_headers += [one for one in headers.raw_headers if one[0] != b"content-length"]
        return told

    def _take_ids(self, request: Request, values: Values) -> Iterator[Mapping[str, Any]]:
        for name in self.ids:
            try:
                values[name] = _ID.validate_python(request.path_params[name])
            except ValidationError as error:
                yield from located(error, ("path", name))

    def _take_body(self, request: Request, values: Values) -> Iterator[Mapping[str, Any]]:
        for name, adapter in self.bodies.items():
            if PARSED_BODY not in request.scope:
                yield _MISSING
                return
            try:
                values[name] = adapter.validate_python(request.scope[PARSED_BODY])
            except ValidationError as error:
                yield from located(error, ("body",))


def located(error: ValidationError, place: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    """Its faults, as FastAPI tells them: with the place where the value stood."""
    for fault in error.errors(include_url=False):
        yield {**fault, "loc": (*place, *fault["loc"])}


def _bare(route: APIRoute, hints: Mapping[str, object]) -> Iterator[Bare | None]:
    """In the order in which FastAPI solves them; None: one that takes more."""
    for depends in route.dependencies:
        yield _bare_of("", depends)
    for name, hint in hints.items():
        if (asked := _depends(hint)) is not None:
            yield _bare_of(name, asked)


def _bare_of(name: str, depends: Depends) -> Bare | None:
    call = depends.dependency
    if call is None or not inspect.iscoroutinefunction(call):
        return None
    takes = {key: hint for key, hint in get_type_hints(call).items() if key != "return"}
    return Bare(name, call, takes) if set(takes.values()) <= {Request, Response} else None


def _depends(hint: object) -> Depends | None:
    return next((part for part in get_args(hint)[1:] if isinstance(part, Depends)), None)


def _is_model(hint: object) -> bool:
    return isinstance(hint, type) and issubclass(hint, BaseModel)
