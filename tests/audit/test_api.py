"""The log and a case's recorded bodies, through HTTP, on a real PostgreSQL."""

from base64 import b64decode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.audit.app import compose
from services.audit.tlog.hashing import leaf_hash, root_of_leaves
from services.audit.tlog.leaf import decode
from services.audit.tlog.proofs import verify_consistency, verify_inclusion
from shared.contracts.actor import Role
from shared.messaging.memory import MemoryBus
from shared.messaging.records import Record
from tests.audit.events import Service as Producer
from tests.support.clocks import MovableClock
from tests.support.postgres import Databases, ServiceDatabase
from tests.support.serving import ISSUER, Member, Service, eventually, serving, store_of

pytestmark = pytest.mark.stack

AUDITOR = Member(uuid4(), (Role.AUDITOR,))
COLLEAGUE = Member(AUDITOR.organisation, (Role.AUDITOR,))
EVERYBODY_ELSE = Member(uuid4(), tuple(role for role in Role if role is not Role.AUDITOR))
CASE = uuid4()
ASK = {"case_id": str(CASE), "purpose": "court_order"}


@dataclass(frozen=True)
class Stage:
    service: Service
    bus: MemoryBus
    line: list[Record]
    clock: MovableClock

    async def get(self, path: str) -> dict[str, Any]:
        """What anybody gets, without a token."""
        response = await self.service.client.get(path)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def leaves(self) -> list[bytes]:
        found: list[bytes] = []
        path = "/log/leaves?limit=3"
        while True:
            page = await self.get(path)
            found += [b64decode(item["leaf"]) for item in page["items"]]
            if page["next"] is None:
                return found
            path = f"/log/leaves?limit=3&cursor={page['next']}"

    async def holds(self, size: int) -> bool:
        return int((await self.get("/log/head"))["size"]) >= size


@pytest.fixture
async def stage(databases: Databases) -> AsyncIterator[Stage]:
    bus, clock, line = MemoryBus(), MovableClock(), Producer("cases").line(8, CASE)
    async with bus.publisher("cases") as publisher:
        await publisher.publish(line)
    database: ServiceDatabase = databases.of("audit")
    app = compose(store_of(database), bus, ISSUER.verifier(), clock)
    async with serving(app) as service:
        made = Stage(service, bus, line, clock)
        await eventually(lambda: made.holds(8))
        yield made


async def test_anybody_recomputes_the_log_without_a_token(stage: Stage) -> None:
    leaves, head = await stage.leaves(), await stage.get("/log/head")
    assert [str(decode(leaf).event_id) for leaf in leaves] == [one.event_id for one in stage.line]
    assert head["root"] == root_of_leaves(map(leaf_hash, leaves)).hex()
    assert (head["size"], head["alarms"]) == (8, 0)


async def test_an_event_is_proven_in_the_log_of_any_size_that_holds_it(stage: Stage) -> None:
    leaves = await stage.leaves()
    for size in (5, 6, 8):
        answer = await stage.get(f"/log/proofs/inclusion/{stage.line[4].event_id}?size={size}")
        proof = [bytes.fromhex(hash_) for hash_ in answer["proof"]]
        root = root_of_leaves(map(leaf_hash, leaves[:size]))
        assert b64decode(answer["leaf"]) == leaves[4]
        verify_inclusion(leaf_hash(leaves[4]), answer["index"], size, root, proof)


async def test_growth_is_proven(stage: Stage) -> None:
    hashes = list(map(leaf_hash, await stage.leaves()))
    answer = await stage.get("/log/proofs/consistency?first=3&second=8")
    proof = [bytes.fromhex(hash_) for hash_ in answer["proof"]]
    verify_consistency(3, 8, root_of_leaves(hashes[:3]), root_of_leaves(hashes), proof)


@pytest.mark.parametrize(
    ("path", "status", "problem"),
    [
        ("/log/proofs/inclusion/01970000-0000-7000-8000-00000000dead", 404, "/problems/not-found"),
        ("/log/proofs/inclusion/LAST?size=7", 422, "/problems/no-such-tree"),
        ("/log/proofs/inclusion/LAST?size=9", 422, "/problems/no-such-tree"),
        ("/log/proofs/consistency?first=3&second=9", 422, "/problems/no-such-tree"),
        ("/log/proofs/consistency?first=4&second=3", 422, "/problems/no-such-tree"),
        ("/log/proofs/consistency?first=-1&second=3", 422, "/problems/invalid-fields"),
        ("/log/leaves?cursor=bm8", 422, "/problems/invalid-fields"),
        ("/log/leaves?cursor=LTE", 422, "/problems/invalid-fields"),
        ("/log/leaves?limit=201", 422, "/problems/invalid-fields"),
    ],
)
async def test_what_the_log_cannot_show_is_a_clear_problem(
    stage: Stage, path: str, status: int, problem: str
) -> None:
    response = await stage.service.client.get(path.replace("LAST", stage.line[7].event_id))
    assert (response.status_code, response.json()["type"]) == (status, problem)


async def test_an_alarm_is_shown_to_anybody(stage: Stage) -> None:
    lie = stage.line[2]._replace(body=stage.line[2].body.replace(b"example", b"exbmple"))
    async with stage.bus.publisher("cases") as publisher:
        await publisher.publish([lie])

    async def raised() -> bool:
        return bool((await stage.get("/log/head"))["alarms"])

    await eventually(raised)
    (alarm,) = (await stage.get("/log/alarms"))["items"]
    assert (alarm["kind"], alarm["position"]) == ("event_changed", 3)
    logged = [str(decode(leaf).event_id) for leaf in await stage.leaves()]
    assert logged == [one.event_id for one in stage.line]


async def test_an_auditor_opens_a_replay_and_reads_the_bodies_as_received(stage: Stage) -> None:
    opened = await stage.service.done(AUDITOR, "/replays", ASK)
    page = await stage.service.seen(AUDITOR, f"/replays/{opened['id']}/events?limit=5")
    rest = await stage.service.seen(
        AUDITOR, f"/replays/{opened['id']}/events?limit=5&cursor={page['next']}"
    )
    told = page["items"] + rest["items"]
    assert [one["body"].encode() for one in told][:8] == [one.body for one in stage.line]
    assert told[0]["stream"] == f"case-{CASE}"
    assert (opened["version"], len(opened["event_ids"])) == (1, 1)


async def test_that_a_replay_was_opened_is_an_event_of_the_case_and_in_the_log(
    stage: Stage,
) -> None:
    opened = await stage.service.done(AUDITOR, "/replays", ASK)
    await eventually(lambda: stage.holds(9))
    page = await stage.service.seen(AUDITOR, f"/replays/{opened['id']}/events")
    last = page["items"][-1]
    assert last["type"] == "vcms.audit.replay_opened.v1"
    assert last["event_id"] == opened["event_ids"][0]
    assert last["actor"] == f"staff:{AUDITOR.organisation}:{AUDITOR.staff}"


async def test_a_retry_opens_no_second_replay(stage: Stage) -> None:
    first = await stage.service.post(AUDITOR, "/replays", ASK, key="once")
    again = await stage.service.post(AUDITOR, "/replays", ASK, key="once")
    assert again.json() == first.json()


async def test_a_case_that_nobody_named_is_not_found(stage: Stage) -> None:
    response = await stage.service.post(AUDITOR, "/replays", {**ASK, "case_id": str(uuid4())})
    assert response.status_code == 404


async def test_bodies_are_for_auditors_alone(stage: Stage) -> None:
    refused = await stage.service.post(EVERYBODY_ELSE, "/replays", ASK)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/role-missing")
    opened = await stage.service.done(AUDITOR, "/replays", ASK)
    path = f"/replays/{opened['id']}/events"
    assert (await stage.service.get(EVERYBODY_ELSE, path)).status_code == 403
    assert (await stage.service.client.get(path)).status_code == 401


async def test_another_auditor_and_an_unknown_replay_get_the_same_404(stage: Stage) -> None:
    opened = await stage.service.done(AUDITOR, "/replays", ASK)
    another = await stage.service.get(COLLEAGUE, f"/replays/{opened['id']}/events")
    unknown = await stage.service.get(COLLEAGUE, f"/replays/{uuid4()}/events")
    assert (another.status_code, another.content) == (404, unknown.content)


async def test_a_replay_ends_after_an_hour(stage: Stage) -> None:
    opened = await stage.service.done(AUDITOR, "/replays", ASK)
    path = f"/replays/{opened['id']}/events"
    stage.clock.ahead = timedelta(minutes=59)
    assert (await stage.service.get(AUDITOR, path)).status_code == 200
    stage.clock.ahead = timedelta(minutes=60)
    assert (await stage.service.get(AUDITOR, path)).status_code == 404


async def test_every_operation_has_its_name_and_declares_its_statuses(stage: Stage) -> None:
    document = await stage.get("/openapi.json")
    operations = {
        operation["operationId"]: operation
        for path in document["paths"].values()
        for operation in path.values()
    }
    assert {
        *("read_head", "list_leaves", "list_alarms", "prove_inclusion", "prove_consistency"),
        *("open_replay", "list_replay_events"),
    } <= operations.keys()
    assert {"404", "422"} <= operations["prove_inclusion"]["responses"].keys()
