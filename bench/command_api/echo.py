"""FastAPI with our own authentication and validation, and no database: it answers what it read.

The token is verified once and then known by its hash until it expires, as in our services.
"""

from uuid import UUID

from fastapi import FastAPI

from services.cases.api import CASE_STAFF
from services.cases.bodies import ServiceBody
from shared.runtime.identity import Verifier, Viewer
from shared.runtime.settings import IdentitySettings, load


def create() -> FastAPI:
    app = FastAPI()
    app.state.verifier = Verifier(load(IdentitySettings))

    @app.get("/healthz")
    def healthz() -> None:
        """Whoever started it waits for this."""

    @app.post("/cases/{case_id}/services", dependencies=[CASE_STAFF])
    async def echo(case_id: UUID, body: ServiceBody, viewer: Viewer) -> ServiceBody:
        return body

    return app
