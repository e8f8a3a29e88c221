"""Which organisations hold rows of a case: whatever is shown of it is shown in the rows of each.

An owner's and a sender's right follow from the case's own events; a grant follows from referrals.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Connection,
    TableClause,
    TableValuedAlias,
    Update,
)
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert

from services.cases.tables import IDENTITY, cases, grants, numbers, partings, persons, timeline
from shared.contracts.kinds import EVERYTHING, Category
from shared.policy.disclosure import Right

GIVEN = "given_"
OF_CASE = sa.column("of_case", sa.Uuid)


def given(*columns: ColumnClause[Any]) -> TableValuedAlias:
    """Rows that travel as one array for each column: one statement for any number of them. A third
    less of PostgreSQL's time for them, against rows of JSON."""
    arrays = (
        sa.cast(sa.bindparam(GIVEN + one.name, type_=sa.Text), ARRAY(one.type)) for one in columns
    )
    return sa.func.unnest(*arrays).table_valued(*columns, name="given").render_derived()


def as_given(rows: Sequence[Mapping[str, object]]) -> Mapping[str, str]:
    return {GIVEN + name: array([row[name] for row in rows]) for name in rows[0]}


def array(values: Sequence[object]) -> str:
    """As PostgreSQL reads it: in braces, and a backslash before what would end a text."""
    if any(isinstance(value, str | dict) for value in values):
        return "{" + ",".join(map(element, values)) + "}"
    return "{" + orjson.dumps(values).decode()[1:-1] + "}"


def element(value: object) -> str:
    if value is None:
        return "NULL"
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'


def adding(table: TableClause) -> Insert:
    own = [column for column in table.c if column.name not in {"organisation", "case_id"}]
    rows = given(OF_CASE, *(sa.column(column.name, column.type) for column in own))
    names = [column.name for column in own]
    holders = sa.select(
        cases.c.organisation, cases.c.case_id, *(rows.c[name] for name in names)
    ).join_from(rows, cases, cases.c.case_id == rows.c.of_case)
    return insert(table).from_select(["organisation", "case_id", *names], holders)


def opening() -> Insert:
    """Whose person is known by now gets the identity too."""
    names = ("organisation", "case_id", "opened", "opened_at", "version", "person_id", "owner")
    rows = given(*(sa.column(name, cases.c[name].type) for name in names))
    values = {
        **{name: rows.c[name] for name in names},
        **{name: persons.c[name] for name in IDENTITY},
        "owner_organisation": rows.c.organisation,
        "held_by": sa.literal(Right.OWNER),
        "categories": sa.literal(list(EVERYTHING), ARRAY(sa.Text)),
    }
    known = rows.outerjoin(persons, persons.c.person_id == rows.c.person_id)
    return insert(cases).from_select([*values], sa.select(*values.values()).select_from(known))


def noting_version() -> Update:
    rows = given(OF_CASE, sa.column("reached", sa.Integer))
    return sa.update(cases).where(cases.c.case_id == rows.c.of_case).values(version=rows.c.reached)


# Made once: to make a statement takes longer than to run it.
ADDING = {table.name: adding(table) for table in (numbers, timeline)}
OPENING = opening()
NOTING_VERSION = noting_version()


def take_turns(connection: Connection) -> None:
    """Two workers change holders' rows. One that copied them to a new holder would miss the entry
    that the other is adding, so each transaction has the tables for itself."""
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('cases_of_organisation'))"))


def add(connection: Connection, table: TableClause, rows: Sequence[Mapping[str, object]]) -> None:
    """Each row for every holder of the case that it names as `of_case`."""
    connection.execute(ADDING[table.name], as_given(rows))


def begin(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """New cases, in the rows of their owners; grants may have come before the case itself."""
    connection.execute(OPENING, as_given(rows))
    settle_all(connection, [row["case_id"] for row in rows])


def note_versions(connection: Connection, versions: Mapping[UUID, int]) -> None:
    """In every holder's row of these cases."""
    rows = [{"of_case": case_id, "reached": version} for case_id, version in versions.items()]
    connection.execute(NOTING_VERSION, as_given(rows))


def change(connection: Connection, case_id: UUID, **changes: object) -> None:
    """In every holder's row of the case."""
    connection.execute(sa.update(cases).where(cases.c.case_id == case_id).values(changes))


def hand_over(connection: Connection, case_id: UUID, sender: UUID, receiver: UUID) -> None:
    _admit(connection, case_id, receiver, Right.OWNER, EVERYTHING)
    _hold(connection, case_id, sender, Right.HAND_OVER, EVERYTHING)


def part(connection: Connection, case_id: UUID, sender: UUID) -> None:
    """The sender's right ends; what it was granted by another referral stays."""
    _remember(connection, case_id, sender)
    _hold(connection, case_id, sender, Right.GRANTED, ())
    settle(connection, case_id, sender)


def _remember(connection: Connection, case_id: UUID, sender: UUID) -> None:
    """Nothing else tells later that who registered the person has parted from it."""
    whom = sa.select(cases.c.organisation, cases.c.person_id).where(*_row(case_id, sender))
    names = ["organisation", "person_id"]
    connection.execute(insert(partings).from_select(names, whom).on_conflict_do_nothing())


def settle_all(connection: Connection, case_ids: Sequence[object]) -> None:
    """Grants may have come before the case itself; with a new owner the old one's end."""
    granted = sa.select(grants.c.case_id, grants.c.organisation).distinct()
    of_these = granted.where(grants.c.case_id.in_(case_ids))
    for case_id, organisation in connection.execute(of_these).all():
        settle(connection, case_id, organisation)


def settle(connection: Connection, case_id: UUID, organisation: UUID) -> None:
    """Brings the organisation's rows in line with its grants, unless it holds more than grants."""
    held_by = sa.select(cases.c.held_by).where(*_row(case_id, organisation))
    if connection.execute(held_by).scalar() in {Right.OWNER, Right.HAND_OVER}:
        return
    categories = _granted(connection, case_id, organisation)
    if categories:
        _admit(connection, case_id, organisation, Right.GRANTED, categories)
    else:
        _dismiss(connection, case_id, organisation)


def _granted(connection: Connection, case_id: UUID, organisation: UUID) -> frozenset[Category]:
    """By whoever owns the case now: what another one granted, before or since, does not count."""
    owner = sa.select(cases.c.owner_organisation).where(cases.c.case_id == case_id).limit(1)
    lists = connection.execute(
        sa.select(grants.c.categories)
        .where(grants.c.case_id == case_id)
        .where(grants.c.organisation == organisation)
        .where(grants.c.granted_by == owner.scalar_subquery())
    ).scalars()
    return frozenset(Category(name) for names in lists for name in names)


def _admit(
    connection: Connection,
    case_id: UUID,
    organisation: UUID,
    right: Right,
    categories: Iterable[Category],
) -> None:
    """The organisation gets copies of the owner's rows; none yet where the case is yet to come."""
    is_owner = sa.select(cases.c.owner_organisation).where(cases.c.case_id == case_id).limit(1)
    owner = connection.execute(is_owner).scalar()
    if owner is not None:
        for table in (cases, numbers, timeline):
            _copy(connection, table, case_id, owner, organisation)
        _hold(connection, case_id, organisation, right, categories)


def _copy(
    connection: Connection, table: TableClause, case_id: UUID, owner: UUID, organisation: UUID
) -> None:
    copied = [column for column in table.c if column is not table.c.organisation]
    rows = sa.select(sa.literal(organisation, sa.Uuid), *copied)
    rows = rows.where(table.c.case_id == case_id).where(table.c.organisation == owner)
    names = ["organisation", *(column.name for column in copied)]
    connection.execute(insert(table).from_select(names, rows).on_conflict_do_nothing())


def _hold(
    connection: Connection,
    case_id: UUID,
    organisation: UUID,
    right: Right,
    categories: Iterable[Category],
) -> None:
    held = {"held_by": right, "categories": sorted(categories)}
    connection.execute(sa.update(cases).where(*_row(case_id, organisation)).values(held))


def _dismiss(connection: Connection, case_id: UUID, organisation: UUID) -> None:
    for table in (cases, numbers, timeline):
        connection.execute(
            sa.delete(table)
            .where(table.c.case_id == case_id)
            .where(table.c.organisation == organisation)
        )


def _row(case_id: UUID, organisation: UUID) -> tuple[ColumnElement[bool], ...]:
    return cases.c.case_id == case_id, cases.c.organisation == organisation
