"""Two workers write the rows of cases: whichever is first, every organisation ends with the same.

One story, told by the events of three services, is projected in many of the orders in which they
can arrive: each service's events in their own order, mixed with the others' in any.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from time import monotonic, sleep
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from services.cases.projections import project, project_disclosures, project_persons
from services.cases.tables import cases, grants, numbers, timeline
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
from shared.eventstore.projection import Project
from shared.eventstore.recorded import Recorded, read
from tests.support.postgres import Databases
from tests.support.serving import OtherService, new_vault

pytestmark = pytest.mark.stack

SHELTER, CLINIC, HOSPITAL, LAWYER = (uuid4() for _ in range(4))
CASE, PERSON, TRANSFER, ANNA, CLARA = (uuid4() for _ in range(5))
MIXTURES = 40

Told = tuple[Project, list[Recorded]]
"""A service's part of the story, and what projects it."""
Rows = dict[str, list[tuple[object, ...]]]


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
    projects = (project, project_persons, project_disclosures)
    return [
        (
            effect,
            [read(service.record(event, f"{service.name}-1", PERSON).body) for event in events],
        )
        for effect, service, events in zip(
            projects, here, (own, registered, disclosed), strict=True
        )
    ]


def mixed(story: Sequence[Told], chance: Random) -> Iterator[tuple[Project, Recorded]]:
    """The events of all, in an order that keeps each service's own."""
    waiting = [(effect, list(events)) for effect, events in story]
    while waiting:
        effect, events = chance.choices(waiting, [len(events) for _, events in waiting])[0]
        yield effect, events.pop(0)
        waiting = [told for told in waiting if told[1]]


def rows_after(database: Engine, events: Iterator[tuple[Project, Recorded]]) -> Rows:
    with database.connect() as connection, connection.begin() as transaction:
        for effect, recorded in events:
            effect(connection, [recorded])
        rows = {table.name: all_rows(connection, table) for table in (cases, numbers, timeline)}
        transaction.rollback()
    return rows


def all_rows(connection: Connection, table: sa.TableClause) -> list[tuple[object, ...]]:
    return sorted((tuple(row) for row in connection.execute(sa.select(table))), key=str)


def test_whatever_comes_first_the_rows_end_the_same(
    databases: Databases, story: list[Told]
) -> None:
    database = engine(databases.of("cases").writer)
    one_by_one = ((effect, event) for effect, events in story for event in events)
    expected = rows_after(database, one_by_one)
    holders = {row[0] for row in expected["cases_of_organisation"]}
    assert holders == {CLINIC, HOSPITAL}, "what the shelter granted ended with its ownership"
    assert {row[0] for row in expected["timeline_of_case"]} == holders
    assert len(expected["timeline_of_case"]) == 2 * 6
    for seed in range(MIXTURES):
        assert rows_after(database, mixed(story, Random(seed))) == expected, f"seed {seed}"
    database.dispose()


def test_no_entry_is_missed_by_who_is_granted_a_look_at_that_moment(
    databases: Databases, story: list[Told]
) -> None:
    database = engine(databases.of("cases").writer)
    (_, (opened, entry, *_)), _, (_, (_, _, to_lawyer, *_)) = story
    with database.begin() as connection:
        project(connection, [opened])
    with ThreadPoolExecutor() as beside, database.connect() as granting:
        project_disclosures(granting, [to_lawyer])
        entering = beside.submit(enter, database, entry)
        until(lambda: entering.done() or somebody_waits(database))
        granting.commit()
        entering.result()
    with database.connect() as connection:
        of_lawyer = all_rows(connection, timeline)
    database.dispose()
    assert [row[0] for row in of_lawyer].count(LAWYER) == 2


def enter(database: Engine, entry: Recorded) -> None:
    with database.begin() as connection:
        project(connection, [entry])


def somebody_waits(database: Engine) -> bool:
    waiting = sa.text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
    with database.connect() as connection:
        return bool(connection.execute(waiting).scalar())


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    deadline = monotonic() + seconds
    while not holds():
        assert monotonic() < deadline
        sleep(0.01)


def test_a_reader_sees_the_rows_of_its_own_organisation_alone(
    databases: Databases, story: list[Told]
) -> None:
    made = databases.of("cases")
    writer, reader = engine(made.writer), engine(made.reader)
    with writer.begin() as connection:
        for effect, events in story:
            effect(connection, events)
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
