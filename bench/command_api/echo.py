"""FastAPI with our validation and authentication, and no database: it answers what it read. The
token's RS256 signature is checked with each request, as most applications do."""

from uuid import UUID

from fastapi import FastAPI

from services.cases.api import CASE_STAFF
from services.cases.bodies import ServiceBody
from shared.contracts.actor import Staff
from shared.runtime.identity import Verifier, Viewer, staff_of
from shared.runtime.settings import IdentitySettings, load


class ForgetfulVerifier(Verifier):
    async def staff(self, token: str) -> Staff:
        await self.provider.refresh()
        return staff_of(await self._verify(token), self._settings)


def create() -> FastAPI:
    return echo(ForgetfulVerifier(load(IdentitySettings)))


def echo(verifier: Verifier) -> FastAPI:
    app = FastAPI()
    app.state.verifier = verifier

    @app.get("/healthz")
    def healthz() -> None:
        """Whoever started it waits for this."""

    @app.post("/cases/{case_id}/services", dependencies=[CASE_STAFF])
    async def record(case_id: UUID, body: ServiceBody, viewer: Viewer) -> ServiceBody:
        return body

    return app
