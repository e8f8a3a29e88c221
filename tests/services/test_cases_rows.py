"""Two workers write the rows of cases: whichever is first, every organisation ends with the same.

One story, told by the events of three services, is projected in many of the orders in which they
can arrive: each service's events in their own order, mixed with the others' in any.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from services.cases.projections import DISCLOSURES, PERSONS, WORKLISTS
from services.cases.tables import cases, grants, numbers, partings, timeline
from shared.contracts.cases import (
    ArrivalConfirmed,
    CaseOpened,
    NumberAssigned,
    OwnershipTransferred,
    ProfileRecorded,
    ServiceRecorded,
)
from shared.contracts.intake import PersonRegistered
from shared.contracts.kinds import Category, NumberKind, ReferralKind
from shared.contracts.marks import Clear
from shared.contracts.profile import Profile
from shared.contracts.referrals import DisclosureGranted, Parties, ReferralCompleted
from shared.eventstore.connections import engine
from shared.eventstore.recorded import read
from tests.services.orders import (
    MIXTURES,
    Ends,
    Told,
    all_rows,
    in_turn,
    mixed,
    somebody_waits,
    take,
    until,
)
from tests.support.postgres import Databases
from tests.support.serving import OtherService, new_vault

pytestmark = pytest.mark.stack

SHELTER, CLINIC, HOSPITAL, LAWYER = (uuid4() for _ in range(4))
CASE, PERSON, TRANSFER, ANNA, CLARA = (uuid4() for _ in range(5))


def service_for(organisation: UUID, by: UUID = SHELTER) -> Parties:
    return Parties(uuid4(), ReferralKind.SERVICE, CASE, PERSON, by, organisation)


@pytest.fixture
def story(tmp_path: Path) -> list[Told]:
    vault = new_vault(tmp_path)
    here = [OtherService(name, vault) for name in ("cases", "intake", "referrals")]
    names: Clear[tuple[str, ...]] = Clear(("Mali Example",))
    to_clinic, to_hospital, to_lawyer = map(service_for, (CLINIC, HOSPITAL, LAWYER))
    own: list[object] = [
        CaseOpened(CASE, PERSON, SHELTER, ANNA),
        ProfileRecorded(CASE, Clear(Profile(answers={}))),
        NumberAssigned(CASE, NumberKind.GOVERNMENT, "Ministry of Example", Clear("1")),
        OwnershipTransferred(CASE, PERSON, TRANSFER, SHELTER, ANNA, CLINIC, CLARA),
        ServiceRecorded(CASE, uuid4(), SHELTER, "X", Clear("Legal"), Clear(date(2024, 1, 1))),
        ArrivalConfirmed(CASE, TRANSFER, SHELTER, CLINIC, datetime.now(UTC), Clear("well")),
    ]
    registered: list[object] = [
        PersonRegistered(PERSON, SHELTER, names, None, Clear("Unknown"), names, names)
    ]
    disclosed: list[object] = [
        DisclosureGranted(to_clinic, (Category.PROFILE,)),
        DisclosureGranted(to_hospital, (Category.SERVICES,)),
        DisclosureGranted(to_lawyer, (Category.HISTORY, Category.PROFILE)),
        ReferralCompleted(to_hospital, Clear("done")),
        DisclosureGranted(service_for(HOSPITAL, by=CLINIC), (Category.HISTORY,)),
    ]
    projections = (WORKLISTS, PERSONS, DISCLOSURES)
    return [
        (
            projection,
            [read(service.record(event, f"{service.name}-1", PERSON).body) for event in events],
        )
        for projection, service, events in zip(
            projections, here, (own, registered, disclosed), strict=True
        )
    ]


@pytest.fixture
def ends(databases: Databases) -> Iterator[Ends]:
    database = engine(databases.of("cases").writer)
    yield Ends(database, (cases, numbers, timeline, partings))
    database.dispose()


def test_whatever_comes_first_the_rows_end_the_same(ends: Ends, story: list[Told]) -> None:
    expected = ends.after(in_turn(story))
    holders = {row[0] for row in expected["cases_of_organisation"]}
    assert holders == {CLINIC, HOSPITAL}, "what the shelter granted ended with its ownership"
    assert {row[0] for row in expected["timeline_of_case"]} == holders
    assert len(expected["timeline_of_case"]) == 2 * 6
    assert expected["partings"] == [(SHELTER, PERSON)]
    for seed in range(MIXTURES):
        assert ends.after(mixed(story, Random(seed))) == expected, f"seed {seed}"


@pytest.mark.parametrize("text", ["NULL", "", '"', "\\", "{a,b}", 'a\n\t\\"', "\u2028é", "\\x41"])
def test_any_text_arrives_as_it_was_written(ends: Ends, tmp_path: Path, text: str) -> None:
    here = OtherService("cases", new_vault(tmp_path))
    events: list[object] = [
        CaseOpened(CASE, PERSON, SHELTER, ANNA),
        NumberAssigned(CASE, NumberKind.GOVERNMENT, text, Clear("1")),
        ServiceRecorded(CASE, uuid4(), SHELTER, text, Clear("Legal"), Clear(date(2024, 1, 1))),
    ]
    told = [read(here.record(event, "cases-1", PERSON).body) for event in events]
    with ends.database.connect() as connection:
        WORKLISTS.project(connection, told)
        issuers = connection.execute(sa.select(numbers.c.issuer)).scalars().all()
        fields = connection.execute(sa.select(timeline.c.fields)).scalars().all()
    assert issuers == [text]
    assert [kept["provider"] for kept in fields if "provider" in kept] == [text]


def test_a_rebuild_ends_with_the_same_rows(ends: Ends, story: list[Told]) -> None:
    expected = ends.after(in_turn(story))
    worklists, persons, _ = story
    for rebuilt in (worklists, persons):
        assert ends.after_rebuild(story, rebuilt) == expected, rebuilt[0].name


def test_no_entry_is_missed_by_who_is_granted_a_look_at_that_moment(
    databases: Databases, story: list[Told]
) -> None:
    database = engine(databases.of("cases").writer)
    (_, (opened, entry, *_)), _, (_, (_, _, to_lawyer, *_)) = story
    with database.begin() as connection:
        WORKLISTS.project(connection, [opened])
    with ThreadPoolExecutor() as beside, database.connect() as granting:
        DISCLOSURES.project(granting, [to_lawyer])
        entering = beside.submit(take, database, WORKLISTS, entry)
        until(lambda: entering.done() or somebody_waits(database))
        granting.commit()
        entering.result()
    with database.connect() as connection:
        of_lawyer = all_rows(connection, timeline)
    database.dispose()
    assert [row[0] for row in of_lawyer].count(LAWYER) == 2


def test_a_reader_sees_the_rows_of_its_own_organisation_alone(
    databases: Databases, story: list[Told]
) -> None:
    made = databases.of("cases")
    writer, reader = engine(made.writer), engine(made.reader)
    with writer.begin() as connection:
        for projection, events in story:
            projection.project(connection, events)
    seen = {who: organisations_seen(reader, who) for who in (CLINIC, HOSPITAL, SHELTER, None)}
    assert seen == {CLINIC: {CLINIC}, HOSPITAL: {HOSPITAL}, SHELTER: set(), None: set()}
    with reader.connect() as connection, pytest.raises(sa.exc.ProgrammingError):
        connection.execute(sa.select(grants))
    writer.dispose()
    reader.dispose()


def organisations_seen(reader: Engine, organisation: UUID | None) -> set[UUID]:
    """Whose rows stand before a connection that asks for everything."""
    with reader.connect() as connection, connection.begin():
        if organisation is not None:
            setting = sa.text("SELECT set_config('app.organisation', :who, true)")
            connection.execute(setting, {"who": str(organisation)})
        rows = [connection.execute(sa.select(t.c.organisation)) for t in (cases, numbers, timeline)]
        return {row.organisation for found in rows for row in found}
