"""What can be asked about evidence: the files of a case, for each organisation with access.

Names stay sealed here; `api.py` opens them on the way out.
"""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.postgresql import insert

from shared.contracts.attachments import (
    AccessGranted,
    AccessRevoked,
    EvidenceDownloaded,
    EvidenceRejected,
    EvidenceSealed,
    UploadCompleted,
    UploadStarted,
)
from shared.eventstore.projection import Projection
from shared.eventstore.recorded import Recorded
from shared.vault.sealing import locate

tables = sa.MetaData()

access_of_case = sa.Table(
    "access_of_case",
    tables,
    sa.Column("case_id", sa.Uuid, primary_key=True),
    sa.Column("organisation", sa.Uuid, primary_key=True),
    sa.Column("basis", sa.Uuid, primary_key=True),
)

evidence_of_organisation = sa.Table(
    "evidence_of_organisation",
    tables,
    sa.Column("organisation", sa.Uuid, primary_key=True),
    sa.Column("evidence_id", sa.Uuid, primary_key=True),
    sa.Column("case_id", sa.Uuid, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("uploaded_by", sa.Uuid, nullable=False),  # an organisation
    sa.Column("filename", sa.Text, nullable=False),  # sealed
    sa.Column("media_type", sa.Text, nullable=False),  # sealed
    sa.Column("size", sa.BigInteger, nullable=False),  # bytes
    sa.Column("part_size", sa.BigInteger, nullable=False),  # bytes
    sa.Column("upload_id", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text),
    sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("sealed_at", sa.DateTime(timezone=True)),
)

evidence_to_seal = sa.Table(
    "evidence_to_seal", tables, sa.Column("evidence_id", sa.Uuid, primary_key=True)
)


def project(connection: Connection, batch: Sequence[Recorded]) -> None:
    for recorded in batch:
        _project_one(connection, recorded)


def _project_one(connection: Connection, recorded: Recorded) -> None:
    match recorded.event:
        case UploadStarted() as event:
            _show_upload(connection, recorded, event)
        case UploadCompleted(evidence_id=evidence_id):
            _change(connection, recorded, evidence_id, state="awaiting_seal")
            connection.execute(insert(evidence_to_seal).values(evidence_id=evidence_id))
        case EvidenceSealed(evidence_id=evidence_id, sha256=sha256):
            sealed_at = recorded.envelope.recorded_at
            _change(
                connection,
                recorded,
                evidence_id,
                state="sealed",
                sha256=sha256,
                sealed_at=sealed_at,
            )
            _take_off_the_list(connection, evidence_id)
        case EvidenceRejected(evidence_id=evidence_id):
            _change(connection, recorded, evidence_id, state="rejected")
            _take_off_the_list(connection, evidence_id)
        case EvidenceDownloaded(evidence_id=evidence_id):
            _change(connection, recorded, evidence_id)
        case AccessGranted() as granted:
            _show_case(connection, granted)
        case AccessRevoked() as revoked:
            _hide_case(connection, revoked)
        case _:
            raise TypeError(f"undeclared: {type(recorded.event).__name__}")


def _show_upload(connection: Connection, recorded: Recorded, event: UploadStarted) -> None:
    envelope = recorded.envelope
    file = {
        "evidence_id": event.evidence_id,
        "case_id": event.case_id,
        "version": envelope.version,
        "state": "uploading",
        "uploaded_by": event.organisation,
        "filename": locate(envelope, "filename", event.filename),
        "media_type": locate(envelope, "media_type", event.media_type),
        "size": event.size,
        "part_size": event.part_size,
        "upload_id": event.upload_id,
        "started_at": envelope.recorded_at,
    }
    viewers = connection.scalars(
        select(access_of_case.c.organisation)
        .where(access_of_case.c.case_id == event.case_id)
        .distinct()
    )
    rows = [{"organisation": viewer, **file} for viewer in viewers]
    if rows:
        connection.execute(insert(evidence_of_organisation), rows)


def _change(
    connection: Connection, recorded: Recorded, evidence_id: UUID, **columns: object
) -> None:
    connection.execute(
        sa.update(evidence_of_organisation)
        .where(evidence_of_organisation.c.evidence_id == evidence_id)
        .values(version=recorded.envelope.version, **columns)
    )


def _take_off_the_list(connection: Connection, evidence_id: UUID) -> None:
    connection.execute(
        sa.delete(evidence_to_seal).where(evidence_to_seal.c.evidence_id == evidence_id)
    )


def _show_case(connection: Connection, granted: AccessGranted) -> None:
    """The organisation gets a row of its own for each file that others already see."""
    connection.execute(
        insert(access_of_case).values(
            case_id=granted.case_id, organisation=granted.organisation, basis=granted.basis
        )
    )
    columns = [c for c in evidence_of_organisation.c if c.name != "organisation"]
    of_case = (
        select(sa.literal(granted.organisation, sa.Uuid), *columns)
        .where(evidence_of_organisation.c.case_id == granted.case_id)
        .distinct(evidence_of_organisation.c.evidence_id)
    )
    connection.execute(
        insert(evidence_of_organisation)
        .from_select(["organisation", *(c.name for c in columns)], of_case)
        .on_conflict_do_nothing()  # another basis has shown it before
    )


def _hide_case(connection: Connection, revoked: AccessRevoked) -> None:
    grants = _rows(access_of_case, revoked)
    connection.execute(
        sa.delete(access_of_case).where(grants, access_of_case.c.basis == revoked.basis)
    )
    connection.execute(
        sa.delete(evidence_of_organisation).where(
            _rows(evidence_of_organisation, revoked), ~select(access_of_case).where(grants).exists()
        )
    )


def _rows(table: sa.Table, revoked: AccessRevoked) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.case_id == revoked.case_id, table.c.organisation == revoked.organisation)


EVIDENCE = Projection(
    name="attachments.evidence",
    tables=tuple(tables.tables),
    handles=(
        UploadStarted,
        UploadCompleted,
        EvidenceSealed,
        EvidenceRejected,
        EvidenceDownloaded,
        AccessGranted,
        AccessRevoked,
    ),
    project=project,
)


def evidence(connection: Connection, evidence_id: UUID) -> Row[tuple[object, ...]] | None:
    """The file, where the connection's organisation has access to its case."""
    query = select(evidence_of_organisation)
    return connection.execute(
        query.where(evidence_of_organisation.c.evidence_id == evidence_id)
    ).one_or_none()


def evidence_of_case(
    connection: Connection, case_id: UUID, after: UUID | None, limit: int
) -> Sequence[Row[tuple[object, ...]]]:
    """The case's files by id, which is the order in which their uploads began."""
    of_case = evidence_of_organisation.c.case_id == case_id
    query = select(evidence_of_organisation).where(of_case)
    if after is not None:
        query = query.where(evidence_of_organisation.c.evidence_id > after)
    return connection.execute(
        query.order_by(evidence_of_organisation.c.evidence_id).limit(limit)
    ).all()


def waiting_for_seal(connection: Connection, limit: int) -> Sequence[UUID]:
    query = select(evidence_to_seal.c.evidence_id).order_by(evidence_to_seal.c.evidence_id)
    return connection.scalars(query.limit(limit)).all()
