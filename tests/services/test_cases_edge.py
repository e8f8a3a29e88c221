"""What the edge of `cases` promises: retries, versions, pages, roles, fields, and no plaintext."""

from base64 import urlsafe_b64encode
from pathlib import Path
from uuid import uuid4

import pytest

from shared.messaging.memory import MemoryBus
from shared.vault.memory import MemoryKeys
from tests.services.cases_world import (
    ANNA,
    AUDITOR,
    BORIS,
    CANARY,
    COMMANDS,
    World,
    names_are_known,
    service_on,
    world_of,
)
from tests.support.postgres import ServiceDatabase, query
from tests.support.serving import eventually, new_vault, serving

pytestmark = pytest.mark.stack


async def test_a_retry_gets_the_first_answer(world: World) -> None:
    story = await world.opened()
    path, body = f"{story.path}/services", COMMANDS["services"]
    first = await world.cases.post(ANNA, path, body, key="once")
    assert (await world.cases.post(ANNA, path, body, key="once")).json() == first.json()
    other = await world.cases.post(ANNA, path, {**body, "provider": "Another"}, key="once")
    assert (other.status_code, other.json()["type"]) == (409, "/problems/key-reused")


async def test_a_stale_version_changes_nothing(world: World) -> None:
    story = await world.opened()
    path, body = f"{story.path}/numbers", COMMANDS["numbers"]
    tag = (await world.cases.get(ANNA, story.path)).headers["etag"]
    assert (await world.cases.post(ANNA, path, body, if_match=tag)).status_code == 200
    assert (await world.cases.post(ANNA, path, body, if_match=tag)).status_code == 412


async def test_a_role_that_may_not_is_told_so(world: World) -> None:
    story = await world.opened()
    reassign = await world.cases.post(ANNA, f"{story.path}/reassignment", COMMANDS["reassignment"])
    assert (reassign.status_code, reassign.json()["type"]) == (403, "/problems/role-missing")
    assert (await world.cases.get(AUDITOR, story.path)).status_code == 403


async def test_the_worklist_comes_in_pages(world: World) -> None:
    opened = [str((await world.opened()).case_id) for _ in range(3)]
    first = await world.cases.seen(ANNA, "/cases?limit=2")
    second = await world.cases.seen(ANNA, f"/cases?limit=2&cursor={first['next']}")
    assert [e["id"] for e in first["items"] + second["items"]] == list(reversed(opened))
    assert second["next"] is None


async def test_a_forged_cursor_is_refused(world: World) -> None:
    story = await world.opened()
    for key in ("9223372036854775808", "-1", '"x"', "[1]", "{"):
        cursor = urlsafe_b64encode(key.encode()).decode().rstrip("=")
        for path in ("/cases", f"{story.path}/timeline"):
            refused = await world.cases.get(ANNA, f"{path}?cursor={cursor}")
            assert refused.status_code == 422, key


async def test_what_is_erased_is_shown_as_erased(
    cases_database: ServiceDatabase, tmp_path: Path
) -> None:
    keys, bus = MemoryKeys(), MemoryBus()
    async with serving(service_on(cases_database, new_vault(tmp_path, keys), bus)) as cases:
        world = world_of(cases, new_vault(tmp_path, keys), bus)
        story = await world.opened()
        await eventually(lambda: names_are_known(story))
        for what in ("profile", "numbers", "services"):
            await story.do(ANNA, what)
        await story.seen_by(ANNA)
    keys.destroy(story.person_id)
    async with serving(service_on(cases_database, new_vault(tmp_path, keys), bus)) as cases:
        story.world = world_of(cases, new_vault(tmp_path, keys), bus)
        case, timeline = await story.seen_by(ANNA), await story.timeline(ANNA)
        refused = await cases.post(ANNA, f"{story.path}/services", COMMANDS["services"])
    erased = {"erased": True}
    assert (case["profile"], case["person"]["names"]) == (erased, erased)
    assert case["numbers"][0]["number"] == erased
    assert timeline[-1]["fields"]["outcome"] == erased
    assert timeline[-1]["fields"]["provider"] == "Example Clinic"
    assert timeline[-1]["sentence"].startswith("(erased) was provided by Example Clinic")
    assert (refused.status_code, refused.json()["type"]) == (410, "/problems/subject-erased")


BAD_FIELDS: list[tuple[str, dict[str, object], str]] = [
    ("profile", {"answers": {}}, "answers"),
    ("profile", {"answers": {"prs_Gender": "x", "prs_gender": "y"}}, "answers"),
    ("profile", {"answers": {"Mali Example": "x"}}, "answers"),
    ("numbers", {"valid_to": "0001-01-01"}, "valid_to"),
    ("numbers", {"valid_from": "2024-03-02", "valid_to": "2024-03-01"}, "valid_to"),
    ("services", {"service_type": "Health "}, "service_type"),
    ("services", {"provided_on": "9999-12-31"}, "provided_on"),
    ("services", {"provided_on": 0}, "provided_on"),
    ("services", {"note": "x" * 20_001}, "note"),
    ("arrival", {"arrived_at": "9999-12-31T23:59:59-12:00"}, "arrived_at"),
    ("arrival", {"arrived_at": 253402300800}, "arrived_at"),
    ("arrival", {"arrived_at": "2024-03-05T16:00:00"}, "arrived_at"),
]


async def test_a_bad_field_is_named(world: World) -> None:
    for what, change, bad in BAD_FIELDS:
        path, body = f"/cases/{uuid4()}/{what}", {**COMMANDS[what], **change}
        refused = await world.cases.post(BORIS, path, body)
        assert refused.status_code == 422
        assert [error["field"] for error in refused.json()["errors"]] == [bad]


async def test_no_personal_value_stands_in_the_database(
    world: World, cases_database: ServiceDatabase
) -> None:
    story = await world.opened()
    for what in ("profile", "numbers", "services"):
        await story.do(ANNA, what)
    await story.handed_over()
    await eventually(lambda: names_are_known(story))
    rows = query(
        cases_database.admin,
        """SELECT convert_from(body, 'UTF8') FROM events
        UNION ALL SELECT row_to_json(t)::text FROM cases_of_organisation t
        UNION ALL SELECT row_to_json(t)::text FROM numbers_of_case t
        UNION ALL SELECT row_to_json(t)::text FROM timeline_of_case t
        UNION ALL SELECT row_to_json(t)::text FROM persons_of_organisation t""",
    )
    text = "".join(str(row[0]) for row in rows)
    assert str(story.case_id) in text
    for canary in (CANARY, "2011-05", "Feminine", "Woman", "GOV/1234", "2024-03-02", "Examined"):
        assert canary not in text
