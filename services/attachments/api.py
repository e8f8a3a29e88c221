"""Requests about evidence. Bytes never pass through here: they go to and from the object store by
links that live for minutes (upload) or at most 60 seconds (download)."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field, StrictInt, StringConstraints, TypeAdapter

from services.attachments.commands import CompleteUpload, DownloadEvidence
from services.attachments.custody import LARGEST_FILE, Custody
from services.attachments.refusals import (
    EvidenceIsNotSealed,
    LinkHasExpired,
    PartsAreMissing,
    UploadIsOver,
)
from services.attachments.storage import EvidenceObjects
from services.attachments.uploads import Uploads
from services.attachments.views import EvidenceView, Views
from shared.contracts.actor import Role
from shared.eventstore.writer import Writer
from shared.runtime.clock import Clock
from shared.runtime.command_route import CommandRoute
from shared.runtime.edge import Answer, Edge
from shared.runtime.fields import Line, body_config
from shared.runtime.freshness import ReadAfter
from shared.runtime.identity import Viewer, require
from shared.runtime.openapi import command_problems, query_problems
from shared.runtime.paging import POSITION, Listed, Paged
from shared.vault.errors import SubjectErased

ROLES = (Role.CASEWORKER, Role.SUPERVISOR, Role.INVESTIGATOR)
"""Fewer than the readers of `shared/policy/disclosure.py`: an intake officer takes reports in and
sees which case a person has; that work needs no footage and no documents."""
MediaType = Annotated[str, StringConstraints(pattern=r"^[\w.+-]{1,60}/[\w.+-]{1,60}$")]


class StartUploadBody(BaseModel):
    model_config = body_config(
        {
            "case_id": "01980000-0000-7000-8000-000000000001",
            "filename": "statement.mp4",
            "media_type": "video/mp4",
            "size": 67108864,
        }
    )

    case_id: UUID
    filename: Line
    media_type: MediaType
    size: StrictInt = Field(ge=1, le=LARGEST_FILE, description="Bytes.")


class UploadAnswer(Answer):
    part_size: int = Field(description="Bytes of every part but the last.")
    parts: int = Field(description="How many parts there are; the first is 1.")


class PartLink(BaseModel):
    number: int
    size: int = Field(description="Bytes.")
    uploaded: bool
    url: str | None = Field(description="Takes the part by PUT; null once it is there.")


class DownloadAnswer(Answer):
    url: str = Field(description="Gives the bytes by GET; ranges are possible.")
    expires_at: datetime


def routes(
    writer: Writer,
    custody: Custody,
    uploads: Uploads,
    objects: EvidenceObjects,
    views: Views,
    link_lifetime: timedelta,
    clock: Clock,
) -> APIRouter:
    """`link_lifetime` is that of a download's link."""
    router = APIRouter(
        prefix="/evidence",
        tags=["evidence"],
        dependencies=[Depends(require(*ROLES))],
        route_class=CommandRoute,
    )

    @router.post(
        "",
        operation_id="start_upload",
        status_code=201,
        dependencies=[ReadAfter],
        responses=command_problems(UploadIsOver),
    )
    async def start_upload(body: StartUploadBody, edge: Edge) -> UploadAnswer:
        """Announce a file of a case; its parts are then sent by the links of `list_parts`."""
        command = await run_sync(
            uploads.announce, edge.actor, body.case_id, body.filename, body.media_type, body.size
        )
        stream = f"evidence-{command.evidence_id}"
        answer = await edge.create(writer, stream, command, subject=command.evidence_id)
        if answer.id != command.evidence_id:  # a retry: the first upload stands
            await run_sync(objects.give_up, command.evidence_id, command.upload_id)
        parts = -(-body.size // command.part_size)
        return UploadAnswer(**answer.model_dump(), part_size=command.part_size, parts=parts)

    @router.get(
        "/{evidence_id}/parts",
        operation_id="list_parts",
        responses=query_problems(UploadIsOver),
    )
    def list_parts(evidence_id: UUID, viewer: Viewer, page: Paged) -> Listed[PartLink]:
        """The file's parts: which are there, and links for the others."""
        upload, parts = uploads.parts(viewer, evidence_id)
        first = page.after(POSITION) or 0
        asked, cursor = page.cut(parts[first : first + page.limit + 1], lambda part: part.number)
        there = uploads.uploaded(upload)
        links = [
            PartLink(
                number=part.number,
                size=part.size,
                uploaded=(whole := there.get(part.number) == part.size),
                url=None if whole else uploads.link(upload, part),
            )
            for part in asked
        ]
        return Listed(items=links, next=cursor)

    @router.post(
        "/{evidence_id}/completion",
        operation_id="complete_upload",
        responses=command_problems(UploadIsOver, PartsAreMissing, SubjectErased),
    )
    async def complete_upload(evidence_id: UUID, edge: Edge) -> Answer:
        """Join the parts that the object store holds. The file's hash is computed next."""
        await run_sync(uploads.join, edge.actor, evidence_id)
        return await edge.handle(writer, f"evidence-{evidence_id}", CompleteUpload(edge.actor))

    @router.post(
        "/{evidence_id}/downloads",
        operation_id="download_evidence",
        responses=command_problems(EvidenceIsNotSealed, LinkHasExpired, SubjectErased),
    )
    async def download_evidence(evidence_id: UUID, edge: Edge) -> DownloadAnswer:
        """A link to the bytes. Each link is recorded, with who asked for it."""
        await run_sync(custody.held, edge.actor, evidence_id)
        await run_sync(objects.check_reachable)  # what is recorded must have been possible
        command = DownloadEvidence(edge.actor, clock() + link_lifetime)
        answer = await edge.handle(writer, f"evidence-{evidence_id}", command)
        ends = await run_sync(custody.link_ends, evidence_id, answer.event_ids[0])
        left = ends - clock()
        if left < timedelta(seconds=1):
            raise LinkHasExpired
        url = objects.download_link(evidence_id, left)
        return DownloadAnswer(**answer.model_dump(), url=url, expires_at=ends)

    @router.get(
        "/{evidence_id}",
        operation_id="read_evidence",
        dependencies=[ReadAfter],
        responses=query_problems(),
    )
    def read_evidence(evidence_id: UUID, viewer: Viewer, response: Response) -> EvidenceView:
        """One file: its state, its size, and its hash once it is sealed."""
        view = views.one(viewer, evidence_id)
        response.headers["ETag"] = f'"{view.version}"'
        return view

    @router.get(
        "", operation_id="list_evidence", dependencies=[ReadAfter], responses=query_problems()
    )
    def list_evidence(case_id: UUID, viewer: Viewer, page: Paged) -> Listed[EvidenceView]:
        """The files of one case, in the order in which their uploads began."""
        custody.check_access(viewer, case_id)
        last = page.after(TypeAdapter(UUID))
        files = views.of_case(viewer, case_id, last, page.limit + 1)
        items, cursor = page.cut(files, lambda file: file.id)
        return Listed(items=list(items), next=cursor)

    return router
