"""The reports and persons of each organisation; personal values stay sealed in their rows.
Whichever events come first, the own ones or those of `cases`, the rows end the same."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping
from sqlalchemy.dialects.postgresql import insert

from services.intake import holders
from services.intake.tables import persons, reports
from shared.contracts.cases import ArrivalConfirmed, CaseOpened, OwnershipTransferred
from shared.contracts.envelope import Envelope
from shared.contracts.intake import PersonRegistered, ReportAccepted, ReportReceived
from shared.contracts.refused import NotFound
from shared.eventstore.projection import Projection
from shared.eventstore.recorded import Recorded
from shared.vault.sealing import locate


def project(connection: Connection, events: Sequence[Recorded]) -> None:
    """Our own events."""
    holders.take_turns(connection)
    for recorded in events:
        match recorded.event:
            case ReportReceived() as event:
                _receive(connection, event, recorded.envelope)
            case ReportAccepted() as event:
                _accept(connection, event, recorded.envelope)
            case PersonRegistered() as event:
                _register(connection, event, recorded.envelope)


def _receive(connection: Connection, event: ReportReceived, envelope: Envelope) -> None:
    row = {
        "organisation": event.organisation,
        "report_id": event.report_id,
        "version": envelope.version,
        "channel": event.channel,
        "received_at": event.received_at,
        "narrative": locate(envelope, "narrative", event.narrative),
        "language": locate(envelope, "language", event.language),
    }
    connection.execute(insert(reports).values(row).on_conflict_do_nothing())
    holders.settle_report(connection, event.report_id)


def _accept(connection: Connection, event: ReportAccepted, envelope: Envelope) -> None:
    """In the row of everybody who has one."""
    connection.execute(
        sa.update(reports)
        .where(reports.c.report_id == event.report_id)
        .values(version=envelope.version, person_id=event.person_id, case_id=event.case_id)
    )


def _register(connection: Connection, event: PersonRegistered, envelope: Envelope) -> None:
    row = {
        "organisation": event.organisation,
        "person_id": event.person_id,
        "version": envelope.version,
        "registered_at": envelope.occurred_at,
        "names": locate(envelope, "names", event.names),
        "birth_date": locate(envelope, "birth_date", event.birth_date),
        "gender": locate(envelope, "gender", event.gender),
        "citizenship": locate(envelope, "citizenship", event.citizenship),
        "languages": locate(envelope, "languages", event.languages),
    }
    connection.execute(insert(persons).values(row).on_conflict_do_nothing())
    holders.settle_person(connection, event.person_id)


def project_holders(connection: Connection, events: Sequence[Recorded]) -> None:
    """Facts of the service `cases`. Rows are settled at the end, so that a hand-over that is over
    by then shows nobody anything."""
    holders.take_turns(connection)
    told = [one.event for one in events if isinstance(one.event, holders.HolderEvent)]
    for event in told:
        holders.note(connection, event)
    for case_id in dict.fromkeys(event.case_id for event in told):
        holders.settle_case(connection, case_id)


REGISTER = Projection(
    "intake.register",
    ("reports_of_organisation", "persons_of_organisation"),
    (ReportReceived, ReportAccepted, PersonRegistered),
    project,
)
HOLDERS = Projection(
    "intake.holders",
    ("holders_of_case",),
    (CaseOpened, OwnershipTransferred, ArrivalConfirmed),
    project_holders,
)


def report(connection: Connection, report_id: UUID) -> RowMapping:
    """The organisation's own row. Raises NotFound: it has none of this report."""
    return _only(connection, sa.select(reports).where(reports.c.report_id == report_id))


def reports_before(connection: Connection, last: UUID | None, limit: int) -> Sequence[RowMapping]:
    """The organisation's reports, newest first, from behind `last`."""
    query = sa.select(reports).order_by(reports.c.report_id.desc()).limit(limit)
    if last is not None:
        query = query.where(reports.c.report_id < last)
    return connection.execute(query).mappings().all()


def person(connection: Connection, person_id: UUID) -> RowMapping:
    """The organisation's own row. Raises NotFound: it has none of this person."""
    return _only(connection, sa.select(persons).where(persons.c.person_id == person_id))


def persons_before(connection: Connection, last: UUID | None, limit: int) -> Sequence[RowMapping]:
    """The organisation's persons, newest first, from behind `last`."""
    query = sa.select(persons).order_by(persons.c.person_id.desc()).limit(limit)
    if last is not None:
        query = query.where(persons.c.person_id < last)
    return connection.execute(query).mappings().all()


def _only(connection: Connection, query: sa.Select[tuple[object, ...]]) -> RowMapping:
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound
    return row
