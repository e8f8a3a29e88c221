"""The directory's HTTP interface."""

from uuid import UUID

from fastapi import APIRouter, Depends, Response, status
from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy import Engine, RowMapping

from services.referrals.coded import Country, ServiceType
from services.referrals.directory import projections
from services.referrals.directory.commands import RegisterOrganisation
from services.referrals.directory.refusals import OrganisationIsAlreadyRegistered
from shared.contracts.actor import Role
from shared.contracts.kinds import OrganisationType
from shared.contracts.refused import NotFound
from shared.eventstore.reading import reading
from shared.runtime.command_route import CommandRoute
from shared.runtime.edge import Answer, Edge, Handles, etag
from shared.runtime.fields import Line, body_config
from shared.runtime.freshness import ReadAfter
from shared.runtime.identity import Viewer, require
from shared.runtime.openapi import command_problems, query_problems
from shared.runtime.paging import Listed, Paged

ORG_ADMIN = Depends(require(Role.ORG_ADMIN))
ORGANISATION_ID = TypeAdapter(UUID)


class RegisterOrganisationBody(BaseModel):
    model_config = body_config(
        {
            "name": "Harbour Light (fictional)",
            "kind": "NGO",
            "country": "TH",
            "services": ["SocialCare", "Legal"],
        }
    )

    name: Line
    kind: OrganisationType
    country: Country = Field(description="ISO 3166-1 alpha-2.")
    services: tuple[ServiceType, ...] = Field((), max_length=20, description="HTCDS `spl_Type`.")


class OrganisationView(BaseModel):
    id: UUID
    version: int
    name: str
    kind: OrganisationType
    country: str
    services: tuple[str, ...]


def directory_api(writer: Handles, reader: Engine) -> APIRouter:
    router = APIRouter(prefix="/organisations", tags=["directory"], route_class=CommandRoute)

    @router.post(
        "",
        operation_id="register_organisation",
        status_code=status.HTTP_201_CREATED,
        dependencies=[ORG_ADMIN],
        responses=command_problems(OrganisationIsAlreadyRegistered),
    )
    async def register_organisation(body: RegisterOrganisationBody, edge: Edge) -> Answer:
        """Enters the own organisation, which the token names, into the directory."""
        own = edge.actor.organisation
        command = RegisterOrganisation(own, body.name, body.kind, body.country, body.services)
        return await edge.create(writer, f"organisation-{own}", command)

    @router.get(
        "",
        operation_id="list_organisations",
        dependencies=[ReadAfter],
        responses=query_problems(),
    )
    def list_organisations(viewer: Viewer, page: Paged) -> Listed[OrganisationView]:
        """Whom a case can be referred to; every member reads it."""
        last = page.after(ORGANISATION_ID)
        with reading(reader, viewer.organisation) as connection:
            rows = projections.organisations_after(connection, last, page.limit + 1)
        kept, cursor = page.cut(rows, lambda row: row["organisation"])
        return Listed(items=[view(row) for row in kept], next=cursor)

    @router.get(
        "/{organisation_id}",
        operation_id="read_organisation",
        dependencies=[ReadAfter],
        responses=query_problems(),
    )
    def read_organisation(
        organisation_id: UUID, viewer: Viewer, response: Response
    ) -> OrganisationView:
        with reading(reader, viewer.organisation) as connection:
            row = projections.organisation(connection, organisation_id)
        if row is None:
            raise NotFound
        etag(response, row["version"])
        return view(row)

    return router


def view(row: RowMapping) -> OrganisationView:
    return OrganisationView.model_validate({**row, "id": row["organisation"]})
