"""Persons and reports follow their cases: whoever holds a case has rows of its person and of its
report, and nobody else has. Without a case they stay with who took them in."""

from typing import assert_never
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, TableClause
from sqlalchemy.dialects.postgresql import insert

from services.intake.tables import holders, persons, reports
from shared.contracts.cases import ArrivalConfirmed, CaseOpened, OwnershipTransferred

HolderEvent = CaseOpened | OwnershipTransferred | ArrivalConfirmed


def take_turns(connection: Connection) -> None:
    """Two workers settle rows. One that has not seen the other's would leave a row too many or too
    few, so each transaction has the tables for itself."""
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('holders_of_case'))"))


def note(connection: Connection, event: HolderEvent) -> None:
    """Who holds the case now: its owner, and until the arrival the sender too."""
    match event:
        case CaseOpened(organisation=owner, case_id=case_id):
            row = (owner, case_id, event.person_id, event.report_id)
            connection.execute(insert(holders).values(row))
        case OwnershipTransferred(from_organisation=sender, to_organisation=receiver):
            _join(connection, event.case_id, sender, receiver)
        case ArrivalConfirmed(case_id=case_id, from_organisation=sender):
            _leave(connection, case_id, sender)
        case _:
            assert_never(event)


def _join(connection: Connection, case_id: UUID, sender: UUID, receiver: UUID) -> None:
    of_sender = (
        sa.select(
            sa.literal(receiver, sa.Uuid),
            holders.c.case_id,
            holders.c.person_id,
            holders.c.report_id,
        )
        .where(holders.c.case_id == case_id)
        .where(holders.c.organisation == sender)
    )
    connection.execute(insert(holders).from_select(list(holders.c), of_sender))


def _leave(connection: Connection, case_id: UUID, sender: UUID) -> None:
    connection.execute(
        sa.delete(holders)
        .where(holders.c.case_id == case_id)
        .where(holders.c.organisation == sender)
    )


def settle_case(connection: Connection, case_id: UUID) -> None:
    """Brings the rows of the case's person and report in line with who holds them."""
    of_case = sa.select(holders.c.person_id, holders.c.report_id)
    of_case = of_case.where(holders.c.case_id == case_id).limit(1)
    person_id, report_id = connection.execute(of_case).one()
    settle_person(connection, person_id)
    if report_id is not None:
        settle_report(connection, report_id)


def settle_person(connection: Connection, person_id: UUID) -> None:
    _settle(connection, persons, "person_id", person_id)


def settle_report(connection: Connection, report_id: UUID) -> None:
    _settle(connection, reports, "report_id", report_id)


def _settle(connection: Connection, table: TableClause, key: str, value: UUID) -> None:
    """All rows of one person or report say the same, so that any of them can be copied."""
    who = sa.select(holders.c.organisation).where(holders.c[key] == value).distinct()
    organisations = connection.execute(who).scalars().all()
    of_this = table.c[key] == value
    row = connection.execute(sa.select(table).where(of_this).limit(1)).mappings().one_or_none()
    if row is None or not organisations:
        return  # the other worker has yet to come by
    rows = [{**row, "organisation": organisation} for organisation in organisations]
    connection.execute(insert(table).values(rows).on_conflict_do_nothing())
    others = table.c.organisation.not_in(organisations)
    connection.execute(sa.delete(table).where(of_this).where(others))
