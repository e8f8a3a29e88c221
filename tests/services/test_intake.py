"""Reports and persons, through HTTP, on a real PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.intake.app import compose
from services.intake.bodies import AcceptanceBody, PersonBody, ReportBody
from services.intake.decisions import case_of
from shared.contracts.actor import Role
from shared.messaging.memory import MemoryBus
from tests.support.postgres import Databases, ServiceDatabase, query
from tests.support.serving import ISSUER, Member, Service, new_vault, serving, store_of

pytestmark = pytest.mark.stack

ANNA = Member(uuid4(), (Role.INTAKE_OFFICER,))
BORIS = Member(ANNA.organisation, (Role.SUPERVISOR,))
STRANGER = Member(uuid4(), tuple(Role))
AUDITOR = Member(ANNA.organisation, (Role.AUDITOR, Role.OPERATOR, Role.ORG_ADMIN))


def example(body: type[ReportBody] | type[PersonBody] | type[AcceptanceBody]) -> dict[str, object]:
    """The example that the body's documentation gives."""
    return dict(body.model_json_schema()["examples"][0])


REPORT, PERSON = example(ReportBody), example(PersonBody)


@pytest.fixture
def database(databases: Databases) -> ServiceDatabase:
    return databases.of("intake")


@pytest.fixture
async def intake(database: ServiceDatabase, tmp_path: Path) -> AsyncIterator[Service]:
    app = compose(store_of(database), new_vault(tmp_path), MemoryBus(), ISSUER.verifier())
    async with serving(app) as service:
        yield service


async def test_a_report_is_taken_in_and_read(intake: Service) -> None:
    received = await intake.done(ANNA, "/reports", REPORT)
    report = await intake.seen(BORIS, f"/reports/{received['id']}", received["position"])
    assert report == {
        "id": received["id"],
        "version": 1,
        "channel": "hotline",
        "received_at": "2024-03-01T08:30:00Z",
        "narrative": REPORT["narrative"],
        "language": "khm",
        "person_id": None,
        "case_id": None,
    }


async def test_a_person_is_registered_and_read(intake: Service) -> None:
    registered = await intake.done(ANNA, "/persons", PERSON)
    person = await intake.seen(BORIS, f"/persons/{registered['id']}", registered["position"])
    assert {name: person[name] for name in PERSON} == PERSON


async def test_a_report_becomes_a_case(intake: Service) -> None:
    report = await intake.done(ANNA, "/reports", REPORT)
    person = await intake.done(ANNA, "/persons", PERSON)
    accepted = await intake.done(
        ANNA,
        f"/reports/{report['id']}/acceptance",
        {"person_id": person["id"]},
        read_after=str(person["position"]),
    )
    assert accepted["case_id"] == str(case_of(UUID(report["id"]), UUID(person["id"])))
    seen = await intake.seen(ANNA, f"/reports/{report['id']}", accepted["position"])
    assert (seen["case_id"], seen["person_id"]) == (accepted["case_id"], person["id"])


async def test_a_report_becomes_one_case_only(intake: Service) -> None:
    report = await intake.done(ANNA, "/reports", REPORT)
    person = await intake.done(ANNA, "/persons", PERSON)
    path, body = f"/reports/{report['id']}/acceptance", {"person_id": person["id"]}
    accepted = await intake.done(ANNA, path, body, read_after=str(person["position"]))
    again = await intake.post(ANNA, path, body)
    assert again.status_code == 409
    assert again.json()["type"] == "/problems/report-is-already-accepted"
    assert again.json()["case_id"] == accepted["case_id"]


async def test_lists_come_in_pages_the_newest_first(intake: Service) -> None:
    made = [await intake.done(ANNA, "/persons", PERSON) for _ in range(3)]
    first = await intake.seen(ANNA, "/persons?limit=2", made[-1]["position"])
    second = await intake.seen(ANNA, f"/persons?limit=2&cursor={first['next']}")
    listed = [entry["id"] for page in (first, second) for entry in page["items"]]
    assert listed == [answer["id"] for answer in reversed(made)]
    assert second["next"] is None


async def test_to_other_organisations_everything_is_absent(intake: Service) -> None:
    report = await intake.done(ANNA, "/reports", REPORT)
    person = await intake.done(ANNA, "/persons", PERSON)
    theirs = await intake.done(STRANGER, "/persons", PERSON)
    position = theirs["position"]
    for path in (f"/reports/{report['id']}", f"/persons/{person['id']}"):
        absent = await intake.get(STRANGER, path, position)
        nothing = await intake.get(STRANGER, f"{path[:9]}{uuid4()}", position)
        assert absent.status_code == 404
        assert absent.content == nothing.content
    accept = f"/reports/{report['id']}/acceptance"
    for who, whom in ((STRANGER, theirs), (STRANGER, person), (ANNA, theirs)):
        refused = await intake.post(who, accept, {"person_id": whom["id"]})
        assert refused.status_code == 404
    assert (await intake.seen(STRANGER, "/reports"))["items"] == []
    assert [e["id"] for e in (await intake.seen(STRANGER, "/persons"))["items"]] == [theirs["id"]]


async def test_who_runs_the_platform_reads_nothing(intake: Service) -> None:
    person = await intake.done(ANNA, "/persons", PERSON)
    for path in ("/persons", f"/persons/{person['id']}", "/reports"):
        assert (await intake.get(AUDITOR, path, person["position"])).status_code == 403
    assert (await intake.post(AUDITOR, "/persons", PERSON)).status_code == 403


async def test_a_retry_gets_the_first_answer(intake: Service) -> None:
    first = await intake.post(ANNA, "/persons", PERSON, key="once")
    second = await intake.post(ANNA, "/persons", PERSON, key="once")
    assert second.json() == first.json()
    other = await intake.post(ANNA, "/persons", {**PERSON, "names": ["Another"]}, key="once")
    assert (other.status_code, other.json()["type"]) == (409, "/problems/key-reused")
    assert (await intake.post(BORIS, "/persons", PERSON, key="once")).json() != first.json()


async def test_a_stale_version_changes_nothing(intake: Service) -> None:
    report = await intake.done(ANNA, "/reports", REPORT)
    person = await intake.done(ANNA, "/persons", PERSON)
    path, body = f"/reports/{report['id']}/acceptance", {"person_id": person["id"]}
    fresh = {"read_after": str(person["position"])}
    stale = await intake.post(ANNA, path, body, if_match='"7"', **fresh)
    assert stale.status_code == 412
    assert (await intake.post(ANNA, path, body, if_match='"1"', **fresh)).status_code == 200


BAD_FIELDS: list[tuple[dict[str, object], str]] = [
    ({"gender": "female"}, "gender"),
    ({"citizenship": ["Thailand"]}, "citizenship.0"),
    ({"birth_date": "2011-02-30"}, "birth_date"),
    ({"birth_date": "0000"}, "birth_date"),
    ({"birth_date": "9999-12-31"}, "birth_date"),
    ({"names": []}, "names"),
    ({"nickname": "x"}, "nickname"),
]


async def test_a_bad_field_is_named(intake: Service) -> None:
    for change, bad in BAD_FIELDS:
        refused = await intake.post(ANNA, "/persons", {**PERSON, **change})
        assert refused.status_code == 422
        assert [error["field"] for error in refused.json()["errors"]] == [bad]


async def test_no_personal_value_stands_in_the_database(
    intake: Service, database: ServiceDatabase
) -> None:
    person = await intake.done(ANNA, "/persons", PERSON)
    report = await intake.done(ANNA, "/reports", REPORT)
    await intake.seen(ANNA, f"/persons/{person['id']}", report["position"])
    bodies = query(database.admin, "SELECT convert_from(body, 'UTF8') FROM events")
    shown = query(database.admin, "SELECT row_to_json(t)::text FROM persons_of_organisation t")
    told = query(database.admin, "SELECT row_to_json(t)::text FROM reports_of_organisation t")
    text = "".join(str(row[0]) for row in bodies + shown + told)
    assert person["id"] in text
    assert report["id"] in text
    for canary in ("Mali", "มะลิ", "2011-05", "Feminine", "cousin", "khm"):
        assert canary not in text
