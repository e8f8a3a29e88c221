"""Reports and persons over HTTP: a request becomes a command, or a view of what was projected."""

from uuid import UUID

from fastapi import APIRouter, Depends, Response, status
from pydantic import Field, TypeAdapter
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from services.intake import projections
from services.intake.bodies import AcceptanceBody, PersonBody, ReportBody
from services.intake.commands import AcceptReport
from services.intake.decisions import case_of
from services.intake.refusals import ReceivedInTheFuture, ReportIsAlreadyAccepted
from services.intake.views import (
    PersonEntry,
    PersonView,
    ReportEntry,
    ReportView,
    person_entries,
    person_view,
    report_entries,
    report_view,
)
from shared.contracts.actor import Role, Staff
from shared.eventstore.reading import reading
from shared.runtime.command_route import CommandRoute
from shared.runtime.edge import Answer, Edge, Handles, etag
from shared.runtime.freshness import ReadAfter
from shared.runtime.identity import Viewer, require
from shared.runtime.ids import new_id
from shared.runtime.openapi import command_problems, query_problems
from shared.runtime.paging import Listed, Paged
from shared.vault.errors import SubjectErased
from shared.vault.vault import Vault

WORKERS = Depends(require(Role.INTAKE_OFFICER, Role.CASEWORKER, Role.SUPERVISOR))
ID = TypeAdapter(UUID)


class Acceptance(Answer):
    case_id: UUID = Field(description="The case that is opened for the report.")


def report_commands(writer: Handles, readers: Engine) -> APIRouter:
    router = APIRouter(
        prefix="/reports", tags=["reports"], dependencies=[WORKERS], route_class=CommandRoute
    )

    @router.post(
        "",
        operation_id="receive_report",
        status_code=status.HTTP_201_CREATED,
        responses=command_problems(ReceivedInTheFuture),
    )
    async def receive_report(body: ReportBody, edge: Edge) -> Answer:
        """Takes in a report or a lead."""
        command = body.command(new_id(), edge.actor.organisation)
        return await edge.create(
            writer,
            f"report-{command.report_id}",
            command,
            subject=command.report_id,
            occurred_at=body.received_at,
        )

    @router.post(
        "/{report_id}/acceptance",
        operation_id="accept_report",
        dependencies=[ReadAfter],
        responses=command_problems(ReportIsAlreadyAccepted, SubjectErased),
    )
    async def accept_report(report_id: UUID, body: AcceptanceBody, edge: Edge) -> Acceptance:
        """Makes a case of a report, about a person in your organisation's register."""
        await run_in_threadpool(must_be_registered, readers, edge.actor, body.person_id)
        owner = body.owner or edge.actor.staff
        command = AcceptReport(edge.actor.organisation, body.person_id, owner)
        answer = await edge.handle(writer, f"report-{report_id}", command)
        return Acceptance(**answer.model_dump(), case_id=case_of(report_id, body.person_id))

    return router


def must_be_registered(readers: Engine, actor: Staff, person_id: UUID) -> None:
    """Raises NotFound: no such person in the organisation's register."""
    with reading(readers, actor.organisation) as connection:
        projections.person(connection, person_id)


def report_queries(readers: Engine, vault: Vault) -> APIRouter:
    router = APIRouter(prefix="/reports", tags=["reports"], dependencies=[WORKERS, ReadAfter])

    @router.get("", operation_id="list_reports", responses=query_problems())
    def list_reports(viewer: Viewer, page: Paged) -> Listed[ReportEntry]:
        """Your organisation's reports, those of the cases that it holds too, the newest first."""
        with reading(readers, viewer.organisation) as connection:
            rows = projections.reports_before(connection, page.after(ID), page.limit + 1)
        kept, following = page.cut(rows, key=lambda row: row["report_id"])
        return Listed(items=report_entries(viewer, kept), next=following)

    @router.get("/{report_id}", operation_id="read_report", responses=query_problems())
    def read_report(report_id: UUID, viewer: Viewer, response: Response) -> ReportView:
        """One report of your organisation, or of a case that it holds."""
        with reading(readers, viewer.organisation) as connection:
            row = projections.report(connection, report_id)
        view = report_view(viewer, row, vault)
        etag(response, view.version)
        return view

    return router


def person_commands(writer: Handles) -> APIRouter:
    router = APIRouter(
        prefix="/persons", tags=["persons"], dependencies=[WORKERS], route_class=CommandRoute
    )

    @router.post(
        "",
        operation_id="register_person",
        status_code=status.HTTP_201_CREATED,
        responses=command_problems(),
    )
    async def register_person(body: PersonBody, edge: Edge) -> Answer:
        """Enters a person in the register."""
        command = body.command(new_id(), edge.actor.organisation)
        stream = f"person-{command.person_id}"
        return await edge.create(writer, stream, command, subject=command.person_id)

    return router


def person_queries(readers: Engine, vault: Vault) -> APIRouter:
    router = APIRouter(prefix="/persons", tags=["persons"], dependencies=[WORKERS, ReadAfter])

    @router.get("", operation_id="list_persons", responses=query_problems())
    def list_persons(viewer: Viewer, page: Paged) -> Listed[PersonEntry]:
        """Your organisation's register: whom it entered, and whose cases were handed to it."""
        with reading(readers, viewer.organisation) as connection:
            rows = projections.persons_before(connection, page.after(ID), page.limit + 1)
        kept, following = page.cut(rows, key=lambda row: row["person_id"])
        return Listed(items=person_entries(viewer, kept, vault), next=following)

    @router.get("/{person_id}", operation_id="read_person", responses=query_problems())
    def read_person(person_id: UUID, viewer: Viewer, response: Response) -> PersonView:
        """One person in your organisation's register. Who hands a case over parts from the person
        with the arrival, unless another case of that person stays."""
        with reading(readers, viewer.organisation) as connection:
            row = projections.person(connection, person_id)
        view = person_view(viewer, row, vault)
        etag(response, view.version)
        return view

    return router
