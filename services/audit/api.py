"""The log, open to everybody; and a case's recorded bodies, to the auditor who asked for them."""

from typing import Annotated
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy import Engine

from services.audit.commands import OpenReplay
from services.audit.decisions import is_open_for
from services.audit.queries import reading_log
from services.audit.refusals import NoSuchTree
from services.audit.state import NEW, OpenedReplay, Replay, evolve
from services.audit.tlog.stored import consistency_proof, inclusion_proof
from services.audit.views import (
    AlarmView,
    ConsistencyView,
    HeadView,
    InclusionView,
    LeafView,
    RecordedEvent,
    alarm_view,
    base64,
    hexadecimal,
    recorded_event,
)
from shared.contracts.actor import Role, Staff
from shared.contracts.audit import ReplayOpened, ReplayPurpose
from shared.contracts.refused import NotFound
from shared.eventstore.store import EventStore
from shared.runtime.clock import Clock
from shared.runtime.command_route import CommandRoute
from shared.runtime.edge import Answer, Edge, Handles
from shared.runtime.fields import body_config
from shared.runtime.freshness import ReadAfter
from shared.runtime.identity import require
from shared.runtime.ids import new_id
from shared.runtime.openapi import command_problems, query_problems
from shared.runtime.paging import Listed, Paged

INDEX = TypeAdapter(Annotated[int, Field(ge=0, le=2**62)])
Size = Annotated[int, Query(ge=0, le=2**62)]
Auditor = Annotated[Staff, Depends(require(Role.AUDITOR))]


class OpenReplayBody(BaseModel):
    model_config = body_config(
        {"case_id": "01980000-0000-7000-8000-000000000001", "purpose": "scheduled_review"}
    )

    case_id: UUID
    purpose: ReplayPurpose


def log_routes(reader: Engine) -> APIRouter:
    """Everything here can be read without a token: leaves hold no personal data."""
    router = APIRouter(prefix="/log", tags=["log"])

    @router.get("/head", operation_id="read_head", responses=query_problems())
    def read_head(response: Response) -> HeadView:
        """How long the log is, and the root over all its leaves."""
        with reading_log(reader) as log:
            head, alarms = log.head(), log.alarm_count()
        response.headers["ETag"] = f'"{head.size}"'
        return HeadView(size=head.size, root=head.root.hex(), alarms=alarms)

    @router.get("/leaves", operation_id="list_leaves", responses=query_problems())
    def list_leaves(page: Paged) -> Listed[LeafView]:
        """All leaves, in the log's order."""
        with reading_log(reader) as log:
            leaves = log.leaves(_following(page.after(INDEX)), page.limit + 1)
        items, cursor = page.cut(leaves, lambda item: item[0])
        views = [LeafView(index=index, leaf=base64(leaf)) for index, leaf in items]
        return Listed(items=views, next=cursor)

    @router.get(
        "/proofs/inclusion/{event_id}",
        operation_id="prove_inclusion",
        responses=query_problems(NoSuchTree),
    )
    def prove_inclusion(event_id: UUID, size: Size | None = None) -> InclusionView:
        """That the event's leaf stands in the log of `size` leaves: now, if that is left out."""
        with reading_log(reader) as log:
            found, whole = log.leaf_of(event_id), log.head().size
            if found is None:
                raise NotFound
            index, leaf = found
            size = whole if size is None else size
            if not index < size <= whole:
                raise NoSuchTree
            proof = inclusion_proof(log, index, size)
        return InclusionView(index=index, size=size, leaf=base64(leaf), proof=hexadecimal(proof))

    @router.get(
        "/proofs/consistency",
        operation_id="prove_consistency",
        responses=query_problems(NoSuchTree),
    )
    def prove_consistency(first: Size, second: Size) -> ConsistencyView:
        """That the log of `second` leaves begins with the log of `first` leaves."""
        with reading_log(reader) as log:
            if not first <= second <= log.head().size:
                raise NoSuchTree
            proof = consistency_proof(log, first, second)
        return ConsistencyView(first=first, second=second, proof=hexadecimal(proof))

    @router.get("/alarms", operation_id="list_alarms", responses=query_problems())
    def list_alarms(page: Paged) -> Listed[AlarmView]:
        """Events that contradicted the log; the first that came, first."""
        with reading_log(reader) as log:
            alarms = log.alarms(page.after(INDEX) or 0, page.limit + 1)
        items, cursor = page.cut(alarms, lambda alarm: alarm.number)
        return Listed(items=[alarm_view(alarm) for alarm in items], next=cursor)

    return router


def replay_routes(writer: Handles, store: EventStore, reader: Engine, clock: Clock) -> APIRouter:
    router = APIRouter(prefix="/replays", tags=["replays"], route_class=CommandRoute)

    @router.post(
        "",
        operation_id="open_replay",
        status_code=201,
        dependencies=[ReadAfter],
        responses=command_problems(),
    )
    async def open_replay(body: OpenReplayBody, edge: Edge, auditor: Auditor) -> Answer:
        """Ask to read one case's recorded bodies, for an hour. That you asked is recorded."""
        await run_sync(_check_case, reader, body.case_id)
        replay_id = new_id()
        command = OpenReplay(replay_id, body.case_id, auditor.staff, body.purpose)
        return await edge.create(writer, f"replay-{replay_id}", command)

    @router.get(
        "/{replay_id}/events", operation_id="list_replay_events", responses=query_problems()
    )
    def list_replay_events(replay_id: UUID, auditor: Auditor, page: Paged) -> Listed[RecordedEvent]:
        """The case's events in the log's order, to the auditor who opened the replay."""
        replay = _opened(store, replay_id, auditor, clock)
        after = page.after(INDEX)
        with reading_log(reader) as log:
            bodies = log.bodies_of_case(
                replay.case_id, -1 if after is None else after, page.limit + 1
            )
        items, cursor = page.cut(bodies, lambda body: body.index)
        return Listed(items=[recorded_event(body) for body in items], next=cursor)

    return router


def _check_case(reader: Engine, case_id: UUID) -> None:
    with reading_log(reader) as log:
        if not log.knows_case(case_id):
            raise NotFound


def _opened(store: EventStore, replay_id: UUID, auditor: Staff, clock: Clock) -> OpenedReplay:
    """The replay, folded from its events: who has just opened it need not wait.

    Raises:
        NotFound: no such replay, another auditor's, or over.
    """
    replay: Replay = NEW
    for recorded in store.load(f"replay-{replay_id}"):
        if isinstance(recorded.event, ReplayOpened):
            replay = evolve(replay, recorded.event)
    if not isinstance(replay, OpenedReplay) or not is_open_for(replay, auditor.staff, clock()):
        raise NotFound
    return replay


def _following(index: int | None) -> int:
    return 0 if index is None else index + 1
