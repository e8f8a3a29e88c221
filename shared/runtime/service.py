"""A service's application: its routes, its workers, its health and its OpenAPI page."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Protocol

from anyio.to_thread import run_sync
from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

from shared.runtime import handlers, logs, page, telemetry
from shared.runtime.body import BodyGate
from shared.runtime.health import Parts, health_routes
from shared.runtime.identity import Verifier
from shared.runtime.logs import log
from shared.runtime.openapi import with_examples, with_headers, with_problems
from shared.runtime.tracing import Traced
from shared.runtime.workers import Crew


class Startable(Protocol):
    """A part with threads or connections of its own, such as the writer."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


def application(
    name: str,
    title: str,
    *,
    verifier: Verifier,
    routers: Sequence[APIRouter],
    parts: Parts,
    starts: Sequence[Startable] = (),
) -> FastAPI:
    """The service `name`. `starts` are started in order before the workers of `parts`, and stopped
    in reverse after them."""
    all_routers = (*routers, health_routes(parts), page.routes(title))
    app = _Application(
        # Routes of their own, not routers within a router, which would be searched twice.
        routes=[route for router in all_routers for route in router.routes],
        title=title,
        version="1",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(name, verifier, parts, starts),
        middleware=[
            Middleware(Traced),
            Middleware(handlers.NeverCached),
            Middleware(handlers.LastResort),
            Middleware(BodyGate),
        ],
        redirect_slashes=False,
        telemetry={"logs": False, "operation_spans": False, "auto_configure": False},
    )
    app.state.service, app.state.verifier, app.state.parts = name, verifier, parts
    handlers.install(app)
    return app


class _Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        return with_examples(with_headers(with_problems(super().openapi())))


def _lifespan(
    name: str, verifier: Verifier, parts: Parts, starts: Sequence[Startable]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        logs.watch_loop()
        async with AsyncExitStack() as ending:
            ending.push_async_callback(run_sync, telemetry.stop)
            ending.push_async_callback(verifier.provider.close)
            for part in starts:
                await run_sync(part.start)
                ending.push_async_callback(run_sync, part.stop)
            crew = Crew(parts.workers)
            ending.push_async_callback(crew.stop)
            log.info("service_started", workers=[worker.name for worker in parts.workers])
            yield
            log.info("service_stops")

    return lifespan
