"""Persons and reports follow their cases, whichever comes first: intake's own events or those of
`cases`."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.intake.projections import HOLDERS, REGISTER
from services.intake.tables import holders, persons, reports
from shared.contracts.cases import ArrivalConfirmed, CaseOpened, OwnershipTransferred
from shared.contracts.intake import PersonRegistered, ReportAccepted, ReportReceived
from shared.contracts.kinds import Channel
from shared.contracts.marks import Clear
from shared.eventstore.connections import engine
from shared.eventstore.recorded import read
from tests.services.orders import (
    MIXTURES,
    Ends,
    Rows,
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

SHELTER, CLINIC, HOSPITAL = (UUID(int=n) for n in range(1, 4))
PERSON, OTHER_PERSON, REPORT, WAITING, CASE, SECOND_CASE = (UUID(int=n) for n in range(11, 17))
TRANSFER, ONWARD, ANNA = (UUID(int=n) for n in range(21, 24))


def registered(person: UUID) -> PersonRegistered:
    names: Clear[tuple[str, ...]] = Clear(("Mali Example",))
    return PersonRegistered(person, SHELTER, names, None, Clear("Unknown"), names, names)


def received(report: UUID) -> ReportReceived:
    now = datetime.now(UTC)
    return ReportReceived(report, SHELTER, Channel.HOTLINE, now, Clear("a call"), Clear("khm"))


def moved(case: UUID, referral: UUID, sender: UUID, receiver: UUID) -> OwnershipTransferred:
    return OwnershipTransferred(case, PERSON, referral, sender, ANNA, receiver, ANNA)


def arrived(case: UUID, referral: UUID, sender: UUID, receiver: UUID) -> ArrivalConfirmed:
    return ArrivalConfirmed(case, referral, sender, receiver, datetime.now(UTC), Clear("well"))


OWN = (
    registered(PERSON),
    registered(OTHER_PERSON),
    received(REPORT),
    received(WAITING),
    ReportAccepted(REPORT, SHELTER, PERSON, CASE, ANNA),
)
OPENED = CaseOpened(CASE, PERSON, SHELTER, ANNA, REPORT)
SECOND_OPENED = CaseOpened(SECOND_CASE, PERSON, SHELTER, ANNA)
HANDED_OVER = moved(CASE, TRANSFER, SHELTER, CLINIC)
OVER = arrived(CASE, TRANSFER, SHELTER, CLINIC)


@pytest.fixture
def ends(databases: Databases) -> Iterator[Ends]:
    database = engine(databases.of("intake").writer)
    yield Ends(database, (persons, reports))
    database.dispose()


def told(folder: Path, *of_cases: object) -> list[Told]:
    vault = new_vault(folder)
    story: list[Told] = []
    for projection, name, events in ((REGISTER, "intake", OWN), (HOLDERS, "cases", of_cases)):
        service = OtherService(name, vault)
        records = [service.record(event, f"{name}-1", PERSON) for event in events]
        story.append((projection, [read(record.body) for record in records]))
    return story


def whose(rows: Rows, table: str, which: UUID) -> set[object]:
    """The organisations with a row of this person or report."""
    return {row[0] for row in rows[table] if row[1] == which}


def always(ends: Ends, story: Sequence[Told]) -> Rows:
    """The rows at the end, the same in every order and after every rebuild."""
    rows = ends.after(in_turn(story))
    for seed in range(MIXTURES):
        assert ends.after(mixed(story, Random(seed))) == rows, f"seed {seed}"
    for rebuilt in story:
        assert ends.after_rebuild(story, rebuilt) == rows, rebuilt[0].name
    assert whose(rows, "persons_of_organisation", OTHER_PERSON) == {SHELTER}
    assert whose(rows, "reports_of_organisation", WAITING) == {SHELTER}
    return rows


STORIES: list[tuple[str, tuple[object, ...], set[UUID], set[UUID]]] = [
    ("no case yet", (), {SHELTER}, {SHELTER}),
    ("a case", (OPENED,), {SHELTER}, {SHELTER}),
    ("on the way", (OPENED, HANDED_OVER), {SHELTER, CLINIC}, {SHELTER, CLINIC}),
    ("arrived", (OPENED, HANDED_OVER, OVER), {CLINIC}, {CLINIC}),
    (
        "the sender has another case of the person",
        (OPENED, SECOND_OPENED, HANDED_OVER, OVER),
        {SHELTER, CLINIC},
        {CLINIC},
    ),
    (
        "the other case is handed over too, to somebody else",
        (
            OPENED,
            SECOND_OPENED,
            HANDED_OVER,
            OVER,
            moved(SECOND_CASE, ONWARD, SHELTER, HOSPITAL),
            arrived(SECOND_CASE, ONWARD, SHELTER, HOSPITAL),
        ),
        {CLINIC, HOSPITAL},
        {CLINIC},
    ),
    (
        "handed on",
        (
            OPENED,
            HANDED_OVER,
            OVER,
            moved(CASE, ONWARD, CLINIC, HOSPITAL),
            arrived(CASE, ONWARD, CLINIC, HOSPITAL),
        ),
        {HOSPITAL},
        {HOSPITAL},
    ),
    (
        "handed back",
        (
            OPENED,
            HANDED_OVER,
            OVER,
            moved(CASE, ONWARD, CLINIC, SHELTER),
            arrived(CASE, ONWARD, CLINIC, SHELTER),
        ),
        {SHELTER},
        {SHELTER},
    ),
]


@pytest.mark.parametrize(
    ("of_cases", "of_person", "of_report"),
    [pytest.param(*rest, id=name) for name, *rest in STORIES],
)
def test_who_holds_the_case_has_its_person_and_report(
    ends: Ends,
    tmp_path: Path,
    of_cases: tuple[object, ...],
    of_person: set[UUID],
    of_report: set[UUID],
) -> None:
    rows = always(ends, told(tmp_path, *of_cases))
    assert whose(rows, "persons_of_organisation", PERSON) == of_person
    assert whose(rows, "reports_of_organisation", REPORT) == of_report


def test_the_receiver_has_what_the_sender_had(ends: Ends, tmp_path: Path) -> None:
    rows = ends.after(in_turn(told(tmp_path, OPENED, HANDED_OVER)))
    for table, which in (("persons_of_organisation", PERSON), ("reports_of_organisation", REPORT)):
        senders, receivers = (row[1:] for row in rows[table] if row[1] == which)
        assert senders == receivers


def test_two_workers_take_turns(ends: Ends, tmp_path: Path) -> None:
    """Neither sees what the other has not committed."""
    (_, (registration, *_)), (_, of_cases) = told(tmp_path, OPENED, HANDED_OVER)
    database = ends.database
    with ThreadPoolExecutor() as beside, database.connect() as first:
        HOLDERS.project(first, of_cases)
        registering = beside.submit(take, database, REGISTER, registration)
        until(lambda: registering.done() or somebody_waits(database))
        first.commit()
        registering.result()
    with database.connect() as connection:
        assert {row[0] for row in all_rows(connection, persons)} == {SHELTER, CLINIC}


def test_no_reader_sees_who_holds_cases(databases: Databases) -> None:
    database = engine(databases.of("intake").reader)
    with database.connect() as connection, pytest.raises(sa.exc.ProgrammingError):
        connection.execute(sa.select(holders))
    database.dispose()
