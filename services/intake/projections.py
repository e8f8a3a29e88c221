"""The reports and persons of each organisation; personal values stay sealed in their rows."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping
from sqlalchemy.dialects.postgresql import insert

from shared.contracts.envelope import Envelope
from shared.contracts.intake import PersonRegistered, ReportAccepted, ReportReceived
from shared.contracts.refused import NotFound
from shared.eventstore.projection import Projection
from shared.eventstore.recorded import Recorded
from shared.vault.sealing import locate

reports = sa.table(
    "reports_of_organisation",
    sa.column("organisation", sa.Uuid),
    sa.column("report_id", sa.Uuid),
    sa.column("version", sa.Integer),
    sa.column("channel", sa.Text),
    sa.column("received_at", sa.DateTime(timezone=True)),
    sa.column("narrative", sa.Text),
    sa.column("language", sa.Text),
    sa.column("person_id", sa.Uuid),
    sa.column("case_id", sa.Uuid),
)
persons = sa.table(
    "persons_of_organisation",
    sa.column("organisation", sa.Uuid),
    sa.column("person_id", sa.Uuid),
    sa.column("version", sa.Integer),
    sa.column("registered_at", sa.DateTime(timezone=True)),
    sa.column("names", sa.Text),
    sa.column("birth_date", sa.Text),
    sa.column("gender", sa.Text),
    sa.column("citizenship", sa.Text),
    sa.column("languages", sa.Text),
)


def project(connection: Connection, events: Sequence[Recorded]) -> None:
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
    connection.execute(insert(reports).values(row))


def _accept(connection: Connection, event: ReportAccepted, envelope: Envelope) -> None:
    connection.execute(
        sa.update(reports)
        .where(reports.c.organisation == event.organisation)
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
    connection.execute(insert(persons).values(row))


REGISTER = Projection(
    "intake.register",
    ("reports_of_organisation", "persons_of_organisation"),
    (ReportReceived, ReportAccepted, PersonRegistered),
    project,
)


def report(connection: Connection, report_id: UUID) -> RowMapping:
    """The organisation's own row. Raises NotFound: it is not its report, or there is none."""
    return _only(connection, sa.select(reports).where(reports.c.report_id == report_id))


def reports_before(connection: Connection, last: UUID | None, limit: int) -> Sequence[RowMapping]:
    """The organisation's reports, newest first, from behind `last`."""
    query = sa.select(reports).order_by(reports.c.report_id.desc()).limit(limit)
    if last is not None:
        query = query.where(reports.c.report_id < last)
    return connection.execute(query).mappings().all()


def person(connection: Connection, person_id: UUID) -> RowMapping:
    """The organisation's own row. Raises NotFound: another registered the person, or nobody."""
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
