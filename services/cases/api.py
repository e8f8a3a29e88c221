"""Cases over HTTP: a request becomes a command, or a view of what may be seen."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status
from pydantic import Field
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from services.cases import queries
from services.cases.bodies import (
    ArrivalBody,
    NumberBody,
    OpenCaseBody,
    ProfileBody,
    ReassignmentBody,
    ServiceBody,
)
from services.cases.commands import OpenCase, ReassignCase
from services.cases.refusals import (
    ArrivalBeforeTheTransfer,
    ArrivalInTheFuture,
    NoArrivalIsAwaited,
)
from services.cases.state import stream_of
from services.cases.views import (
    CaseEntry,
    CaseView,
    TimelineEntry,
    case_entries,
    case_view,
    may_see,
    timeline_entries,
)
from shared.contracts.actor import Role, Staff
from shared.contracts.kinds import Category
from shared.eventstore.reading import reading
from shared.runtime.command_route import CommandRoute
from shared.runtime.edge import Answer, Edge, Handles, etag
from shared.runtime.freshness import ReadAfter
from shared.runtime.identity import Viewer, require
from shared.runtime.ids import new_id
from shared.runtime.openapi import command_problems, query_problems
from shared.runtime.paging import POSITION, Listed, Paged
from shared.vault.errors import SubjectErased
from shared.vault.vault import Vault

CASE_STAFF = Depends(require(Role.CASEWORKER, Role.SUPERVISOR))
SUPERVISORS = Depends(require(Role.SUPERVISOR))
READERS = Depends(require(Role.INTAKE_OFFICER, Role.CASEWORKER, Role.SUPERVISOR, Role.INVESTIGATOR))


class ServiceAnswer(Answer):
    entry_id: UUID = Field(description="Of the entry in the case's timeline.")


def case_commands(writer: Handles, readers: Engine) -> APIRouter:
    router = APIRouter(
        prefix="/cases", tags=["cases"], dependencies=[CASE_STAFF], route_class=CommandRoute
    )

    @router.post(
        "",
        operation_id="open_case",
        status_code=status.HTTP_201_CREATED,
        dependencies=[ReadAfter],
        responses=command_problems(SubjectErased),
    )
    async def open_case(body: OpenCaseBody, edge: Edge) -> Answer:
        """Opens a case of a person in your organisation's register."""
        await run_in_threadpool(must_be_registered, readers, edge.actor, body.person_id)
        command = OpenCase(
            case_id=new_id(),
            person_id=body.person_id,
            by=edge.actor.organisation,
            owner=body.owner or edge.actor.staff,
        )
        stream = stream_of(command.case_id)
        return await edge.create(writer, stream, command, subject=body.person_id)

    @router.post(
        "/{case_id}/profile",
        operation_id="record_profile",
        responses=command_problems(SubjectErased),
    )
    async def record_profile(case_id: UUID, body: ProfileBody, edge: Edge) -> Answer:
        """Records the profile as a whole, with codes beside what was answered."""
        command = body.command(edge.actor.organisation)
        return await edge.handle(writer, stream_of(case_id), command)

    @router.post(
        "/{case_id}/numbers",
        operation_id="assign_number",
        responses=command_problems(SubjectErased),
    )
    async def assign_number(case_id: UUID, body: NumberBody, edge: Edge) -> Answer:
        """Adds a number under which somebody else knows the case."""
        command = body.command(edge.actor.organisation)
        return await edge.handle(writer, stream_of(case_id), command)

    @router.post(
        "/{case_id}/services",
        operation_id="record_service",
        responses=command_problems(SubjectErased),
    )
    async def record_service(case_id: UUID, body: ServiceBody, edge: Edge) -> ServiceAnswer:
        """Records a service. Who handed the case over may do so too, until the arrival."""
        entry_id = edge.lasting_id("entry")
        command = body.command(edge.actor.organisation, entry_id)
        answer = await edge.handle(writer, stream_of(case_id), command)
        return ServiceAnswer(**answer.model_dump(), entry_id=entry_id)

    return router


def owner_commands(writer: Handles) -> APIRouter:
    router = APIRouter(prefix="/cases", tags=["cases"], route_class=CommandRoute)

    @router.post(
        "/{case_id}/reassignment",
        operation_id="reassign_case",
        dependencies=[SUPERVISORS],
        responses=command_problems(SubjectErased),
    )
    async def reassign_case(case_id: UUID, body: ReassignmentBody, edge: Edge) -> Answer:
        """Gives the case to another member of your organisation's staff."""
        command = ReassignCase(edge.actor.organisation, body.owner)
        return await edge.handle(writer, stream_of(case_id), command)

    @router.post(
        "/{case_id}/arrival",
        operation_id="confirm_arrival",
        dependencies=[CASE_STAFF],
        responses=command_problems(
            NoArrivalIsAwaited, ArrivalInTheFuture, ArrivalBeforeTheTransfer, SubjectErased
        ),
    )
    async def confirm_arrival(case_id: UUID, body: ArrivalBody, edge: Edge) -> Answer:
        """Confirms that the survivor has arrived; the sender sees the case no longer."""
        command = body.command(edge.actor.organisation)
        stream = stream_of(case_id)
        return await edge.handle(writer, stream, command, occurred_at=body.arrived_at)

    return router


def case_queries(readers: Engine, vault: Vault) -> APIRouter:
    router = APIRouter(prefix="/cases", tags=["cases"], dependencies=[READERS, ReadAfter])

    @router.get("", operation_id="list_cases", responses=query_problems())
    def list_cases(
        viewer: Viewer,
        page: Paged,
        owner: Annotated[
            Literal["me"] | None, Query(description="`me`: only those that you look after.")
        ] = None,
    ) -> Listed[CaseEntry]:
        """The worklist: every case that your organisation may see, the last opened first."""
        staff = viewer.staff if owner == "me" else None
        with reading(readers, viewer.organisation) as connection:
            rows = queries.cases_before(connection, staff, page.after(POSITION), page.limit + 1)
        kept, following = page.cut(rows, key=lambda row: row["opened"])
        return Listed(items=case_entries(viewer, kept, vault), next=following)

    @router.get("/{case_id}", operation_id="read_case", responses=query_problems())
    def read_case(case_id: UUID, viewer: Viewer, response: Response) -> CaseView:
        """One case, as far as it is disclosed to your organisation."""
        with reading(readers, viewer.organisation) as connection:
            row = queries.case(connection, case_id)
            seen = may_see(viewer, row)
            numbers = queries.numbers_of(connection, case_id) if Category.NUMBERS in seen else []
        etag(response, row["version"])
        return case_view(seen, row, numbers, vault)

    @router.get("/{case_id}/timeline", operation_id="read_timeline", responses=query_problems())
    def read_timeline(case_id: UUID, viewer: Viewer, page: Paged) -> Listed[TimelineEntry]:
        """What happened to the case, in order, as far as it is disclosed to your organisation."""
        with reading(readers, viewer.organisation) as connection:
            seen = may_see(viewer, queries.case(connection, case_id))
            last, most = page.after(POSITION), page.limit + 1
            rows = queries.entries_after(connection, case_id, seen, last, most)
        kept, following = page.cut(rows, key=lambda row: row["position"])
        return Listed(items=timeline_entries(seen, kept, vault), next=following)

    return router


def must_be_registered(readers: Engine, actor: Staff, person_id: UUID) -> None:
    """Raises NotFound: no such person in the organisation's register."""
    with reading(readers, actor.organisation) as connection:
        queries.must_be_registered(connection, person_id)
