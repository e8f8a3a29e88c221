"""What is read of cases: the rows of the organisation that asks, kept apart by the database."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from services.cases.tables import cases, numbers, partings, persons, timeline
from shared.contracts.kinds import Category
from shared.contracts.refused import NotFound
from shared.policy.disclosure import Right

HOLDING = (Right.OWNER, Right.HAND_OVER)


def case(connection: Connection, case_id: UUID) -> RowMapping:
    """The organisation's own row.

    Raises:
        NotFound: it may not see the case, or there is none.
    """
    query = sa.select(cases).where(cases.c.case_id == case_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound
    return row


def cases_before(
    connection: Connection, owner: UUID | None, last: int | None, limit: int
) -> Sequence[RowMapping]:
    """The organisation's cases, the last opened first, from behind `last`; one owner's or all."""
    query = sa.select(cases).order_by(cases.c.opened.desc()).limit(limit)
    if owner is not None:
        query = query.where(cases.c.owner == owner)
    if last is not None:
        query = query.where(cases.c.opened < last)
    return connection.execute(query).mappings().all()


def numbers_of(connection: Connection, case_id: UUID) -> Sequence[RowMapping]:
    query = sa.select(numbers).where(numbers.c.case_id == case_id).order_by(numbers.c.position)
    return connection.execute(query).mappings().all()


def entries_after(
    connection: Connection,
    case_id: UUID,
    categories: Iterable[Category],
    last: int | None,
    limit: int,
) -> Sequence[RowMapping]:
    """The case's timeline in the order of its history, of these categories, from behind `last`."""
    query = (
        sa.select(timeline)
        .where(timeline.c.case_id == case_id)
        .where(timeline.c.category.in_(list(categories)))
        .order_by(timeline.c.position)
        .limit(limit)
    )
    if last is not None:
        query = query.where(timeline.c.position > last)
    return connection.execute(query).mappings().all()


def must_be_registered(connection: Connection, person_id: UUID) -> None:
    """Raises NotFound: the organisation that asks holds no case of such a person, and has not
    registered one, or has parted from the one it had."""
    holds = sa.exists().where(cases.c.person_id == person_id).where(cases.c.held_by.in_(HOLDING))
    registered = sa.exists().where(persons.c.person_id == person_id)
    parted = sa.exists().where(partings.c.person_id == person_id)
    if not connection.execute(sa.select(holds | (registered & ~parted))).scalar():
        raise NotFound
