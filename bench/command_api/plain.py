"""What most would write: FastAPI, SQLAlchemy and psycopg2, one transaction for each request.

The same authentication and validation as ours; the case is looked up and locked, its version
checked by that, the service stored and an audit row written beside it. A pool of 40 connections,
as many as FastAPI has threads.
"""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Uuid,
    create_engine,
    insert,
    make_url,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.cases.api import CASE_STAFF
from services.cases.bodies import ServiceBody
from shared.runtime.identity import Verifier, Viewer
from shared.runtime.settings import IdentitySettings, StoreSettings, load

TABLES = MetaData()
CASES = Table(
    "cases",
    TABLES,
    Column("id", Uuid, primary_key=True),
    Column("organisation", Uuid, nullable=False, index=True),
    Column("version", Integer, nullable=False),
)
SERVICES = Table(
    "services",
    TABLES,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False, index=True),
    Column("body", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)
AUDIT = Table(
    "audit",
    TABLES,
    Column("id", BigInteger, primary_key=True),
    Column("actor", Uuid, nullable=False),
    Column("case_id", Uuid, nullable=False, index=True),
    Column("what", JSONB, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
POOL = 40


class Recorded(BaseModel):
    id: UUID
    version: int


def database(url: str) -> Engine:
    address = make_url(url).set(drivername="postgresql+psycopg2")
    return create_engine(address, pool_size=POOL, max_overflow=0)


def create() -> FastAPI:
    app = FastAPI()
    app.state.verifier = Verifier(load(IdentitySettings))
    engine = database(load(StoreSettings).database_url)

    @app.get("/healthz")
    def healthz() -> None:
        """Whoever started it waits for this."""

    @app.post("/cases/{case_id}/services", dependencies=[CASE_STAFF])
    def record(case_id: UUID, body: ServiceBody, viewer: Viewer) -> Recorded:
        mine = (CASES.c.id == case_id) & (CASES.c.organisation == viewer.organisation)
        service, now = body.model_dump(mode="json"), datetime.now(UTC)
        recorded = uuid4()
        with engine.begin() as connection:
            version = connection.execute(select(CASES.c.version).where(mine).with_for_update())
            current = version.scalar_one_or_none()
            if current is None:
                raise HTTPException(404)
            connection.execute(
                insert(SERVICES).values(id=recorded, case_id=case_id, body=service, recorded_at=now)
            )
            connection.execute(update(CASES).where(mine).values(version=current + 1))
            connection.execute(
                insert(AUDIT).values(actor=viewer.staff, case_id=case_id, what=service, at=now)
            )
        return Recorded(id=recorded, version=current + 1)

    return app
