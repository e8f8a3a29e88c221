"""Every exception becomes a problem: refusals by class, wrong fields by name, the rest unseen."""

import psycopg2
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy import exc as database
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.contracts.refused import NotFound, Refused
from shared.eventstore.errors import Retryable
from shared.runtime.logs import failure, log
from shared.runtime.problems import (
    BodyTooLarge,
    InvalidFields,
    InvalidHeader,
    MethodNotAllowed,
    Problem,
    RequestNotUnderstood,
    TryAgainLater,
    UnexpectedFault,
    answer,
)
from shared.runtime.wording import faults

AWAY = (
    Retryable,
    database.OperationalError,
    database.InterfaceError,
    database.TimeoutError,
    psycopg2.OperationalError,
    psycopg2.InterfaceError,
)
"""What a read or a command raises while a dependency is away."""

_BY_STATUS: dict[int, type[Problem]] = {405: MethodNotAllowed, 413: BodyTooLarge}


def install(app: FastAPI) -> None:
    app.add_exception_handler(Refused, _told)
    app.add_exception_handler(Problem, _told)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for away in AWAY:
        app.add_exception_handler(away, _away)
    app.add_exception_handler(database.DataError, _not_storable)


def _told(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused | Problem)
    return answer(error)


def _away(_: Request, error: Exception) -> Response:
    log.warning("dependency_away", **failure(error))
    return answer(TryAgainLater())


def _not_storable(_: Request, error: Exception) -> Response:
    """A value that the database cannot take slipped through: the client's fault, and ours."""
    log.error("input_reached_the_database", **failure(error))
    return answer(RequestNotUnderstood())


def _invalid(_: Request, error: Exception) -> Response:
    """A malformed id in the path names nothing: the same 404 as for what is not there."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    places = {fault["loc"][0] for fault in found}
    if "path" in places:
        return answer(NotFound())
    return answer((InvalidHeader if "header" in places else InvalidFields)(faults(found)))


def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == NotFound.status:
        return answer(NotFound())
    response = answer(_BY_STATUS.get(error.status_code, RequestNotUnderstood)())
    response.headers.update({k: v for k, v in (error.headers or {}).items() if k == "Allow"})
    return response


class NeverCached:
    """What is answered is for the asker alone: no cache keeps it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def private(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Cache-Control", "no-store")
                headers.setdefault("X-Content-Type-Options", "nosniff")
            await send(message)

        await self._app(scope, receive, private)


class LastResort:
    """Outermost: what nobody expected is logged by class and place, and answered with 500."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            log.error("unexpected_fault", **failure(error))
            if begun:
                raise
            await answer(UnexpectedFault())(scope, receive, send)
