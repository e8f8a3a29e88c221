"""The referrals' HTTP interface: request to command, row to view."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status
from pydantic import TypeAdapter
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from services.referrals import projections, refusals
from services.referrals.bodies import (
    AcceptReferralBody,
    CancelReferralBody,
    CompleteReferralBody,
    OfferReferralBody,
    RejectReferralBody,
)
from services.referrals.commands import (
    AcceptReferral,
    CancelReferral,
    CompleteReferral,
    OfferReferral,
    RejectReferral,
    StartReferral,
)
from services.referrals.directory.projections import organisation
from services.referrals.projections import Box
from services.referrals.state import ReferralStatus
from services.referrals.views import ReferralView, views
from shared.contracts.actor import Role, Staff
from shared.contracts.marks import Clear
from shared.contracts.refused import NotFound
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

CASE_STAFF = Depends(require(Role.CASEWORKER, Role.SUPERVISOR))
SUPERVISOR = Depends(require(Role.SUPERVISOR))
REFERRAL_ID = TypeAdapter(UUID)


def referral_commands(writer: Handles, reader: Engine) -> APIRouter:
    router = APIRouter(prefix="/referrals", tags=["referrals"], route_class=CommandRoute)

    @router.post(
        "",
        operation_id="offer_referral",
        status_code=status.HTTP_201_CREATED,
        dependencies=[CASE_STAFF, ReadAfter],
        responses=command_problems(
            refusals.AddresseeIsTheSender,
            refusals.AddresseeIsNotRegistered,
            refusals.OfferEndsInThePast,
            refusals.OfferStandsTooLong,
            SubjectErased,
        ),
    )
    async def offer_referral(body: OfferReferralBody, edge: Edge) -> Answer:
        """Offers a case of the own organisation to another, minimised."""
        command = await run_in_threadpool(offer_of, body, edge.actor, reader)
        return await edge.create(
            writer, stream_of(command.referral_id), command, subject=command.person_id
        )

    @router.post(
        "/{referral_id}/acceptance",
        operation_id="accept_referral",
        dependencies=[SUPERVISOR],
        responses=command_problems(*ANSWERING),
    )
    async def accept_referral(referral_id: UUID, body: AcceptReferralBody, edge: Edge) -> Answer:
        """Accepts an offer and appoints the owner. In a transfer the case answers next."""
        command = AcceptReferral(edge.actor.organisation, body.owner)
        return await edge.handle(writer, stream_of(referral_id), command)

    @router.post(
        "/{referral_id}/rejection",
        operation_id="reject_referral",
        dependencies=[CASE_STAFF],
        responses=command_problems(*ANSWERING),
    )
    async def reject_referral(referral_id: UUID, body: RejectReferralBody, edge: Edge) -> Answer:
        command = RejectReferral(edge.actor.organisation, Clear(body.reason))
        return await edge.handle(writer, stream_of(referral_id), command)

    @router.post(
        "/{referral_id}/cancellation",
        operation_id="cancel_referral",
        dependencies=[CASE_STAFF],
        responses=command_problems(
            refusals.OfferExpired,
            refusals.TransferUnderWay,
            refusals.OwnershipHasMoved,
            refusals.ReferralHasEnded,
            SubjectErased,
        ),
    )
    async def cancel_referral(referral_id: UUID, body: CancelReferralBody, edge: Edge) -> Answer:
        """Calls the referral off, by either side; not while a transfer is under way, nor after."""
        command = CancelReferral(edge.actor.organisation, Clear(body.reason))
        return await edge.handle(writer, stream_of(referral_id), command)

    @router.post(
        "/{referral_id}/start",
        operation_id="start_referral",
        dependencies=[CASE_STAFF],
        responses=command_problems(refusals.ReferralHasStarted, *IN_HAND),
    )
    async def start_referral(referral_id: UUID, edge: Edge) -> Answer:
        """The receiver has begun the service. A transfer starts by itself."""
        command = StartReferral(edge.actor.organisation)
        return await edge.handle(writer, stream_of(referral_id), command)

    @router.post(
        "/{referral_id}/completion",
        operation_id="complete_referral",
        dependencies=[CASE_STAFF],
        responses=command_problems(*IN_HAND),
    )
    async def complete_referral(
        referral_id: UUID, body: CompleteReferralBody, edge: Edge
    ) -> Answer:
        """The receiver tells what was done; the sender reads it."""
        command = CompleteReferral(edge.actor.organisation, Clear(body.outcome))
        return await edge.handle(writer, stream_of(referral_id), command)

    return router


ANSWERING = (
    refusals.OnlyTheReceiverAnswers,
    refusals.OfferExpired,
    refusals.TransferUnderWay,
    refusals.ReferralIsAlreadyAccepted,
    refusals.ReferralHasEnded,
    SubjectErased,
)
IN_HAND = (
    refusals.OnlyTheReceiverAnswers,
    refusals.ReferralIsNotAccepted,
    refusals.TransferUnderWay,
    refusals.ReferralHasEnded,
    SubjectErased,
)


def stream_of(referral_id: UUID) -> str:
    return f"referral-{referral_id}"


def offer_of(body: OfferReferralBody, actor: Staff, reader: Engine) -> OfferReferral:
    """The command, with the foreign facts that it leans on as they are known here now."""
    with reading(reader, actor.organisation) as connection:
        person_id = projections.person_of_own_case(connection, body.case_id)
        addressee = organisation(connection, body.to_organisation)
    return OfferReferral(
        referral_id=new_id(),
        kind=body.kind,
        by=actor.organisation,
        case_id=body.case_id,
        person_id=person_id,
        to_organisation=body.to_organisation,
        addressee_is_registered=addressee is not None,
        urgency=body.urgency,
        categories=frozenset(body.categories),
        offer=Clear(body.offer.minimised()),
        offer_until=body.offer_until,
    )


def referral_queries(reader: Engine, vault: Vault) -> APIRouter:
    router = APIRouter(prefix="/referrals", tags=["referrals"], dependencies=[ReadAfter])

    @router.get("", operation_id="list_referrals", responses=query_problems())
    def list_referrals(
        viewer: Viewer,
        page: Paged,
        box: Annotated[Box | None, Query(description="Offered to us, or by us.")] = None,
        state: ReferralStatus | None = None,
    ) -> Listed[ReferralView]:
        """The own organisation's referrals, newest first."""
        last = page.after(REFERRAL_ID)
        with reading(reader, viewer.organisation) as connection:
            rows = projections.referrals_before(connection, box, state, last, page.limit + 1)
        kept, cursor = page.cut(rows, lambda row: row["referral_id"])
        return Listed(items=views(viewer, kept, vault), next=cursor)

    @router.get("/{referral_id}", operation_id="read_referral", responses=query_problems())
    def read_referral(referral_id: UUID, viewer: Viewer, response: Response) -> ReferralView:
        with reading(reader, viewer.organisation) as connection:
            row = projections.referral(connection, referral_id)
        shown = views(viewer, [] if row is None else [row], vault)
        if not shown:
            raise NotFound
        etag(response, shown[0].version)
        return shown[0]

    return router


def referrals_api(writer: Handles, reader: Engine, vault: Vault) -> list[APIRouter]:
    return [referral_commands(writer, reader), referral_queries(reader, vault)]
