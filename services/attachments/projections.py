"""What can be asked about evidence: the files of a case, for each organisation with access.

Names stay sealed here; `api.py` opens them on the way out.
"""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from services.attachments.tables import access, files, unsealed
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


def project(connection: Connection, batch: Sequence[Recorded]) -> None:
    for recorded in batch:
        _project_one(connection, recorded)


def _project_one(connection: Connection, recorded: Recorded) -> None:
    match recorded.event:
        case UploadStarted() as event:
            _show_upload(connection, recorded, event)
        case UploadCompleted(evidence_id=evidence_id):
            _change(connection, recorded, evidence_id, state="awaiting_seal")
            connection.execute(insert(unsealed).values(evidence_id=evidence_id))
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
        "started_at": envelope.recorded_at,
    }
    viewers = connection.scalars(
        select(access.c.organisation).where(access.c.case_id == event.case_id).distinct()
    )
    rows = [{"organisation": viewer, **file} for viewer in viewers]
    if rows:
        connection.execute(insert(files), rows)


def _change(
    connection: Connection, recorded: Recorded, evidence_id: UUID, **columns: object
) -> None:
    connection.execute(
        sa.update(files)
        .where(files.c.evidence_id == evidence_id)
        .values(version=recorded.envelope.version, **columns)
    )


def _take_off_the_list(connection: Connection, evidence_id: UUID) -> None:
    connection.execute(sa.delete(unsealed).where(unsealed.c.evidence_id == evidence_id))


def _show_case(connection: Connection, granted: AccessGranted) -> None:
    """The organisation gets a row of its own for each file that others already see."""
    connection.execute(
        insert(access).values(
            case_id=granted.case_id, organisation=granted.organisation, basis=granted.basis
        )
    )
    columns = [c for c in files.c if c.name != "organisation"]
    of_case = (
        select(sa.literal(granted.organisation, sa.Uuid), *columns)
        .where(files.c.case_id == granted.case_id)
        .distinct()
    )
    connection.execute(
        insert(files)
        .from_select(["organisation", *(c.name for c in columns)], of_case)
        .on_conflict_do_nothing()  # another basis has shown it before
    )


def _hide_case(connection: Connection, revoked: AccessRevoked) -> None:
    grants = _rows(access, revoked)
    connection.execute(sa.delete(access).where(grants, access.c.basis == revoked.basis))
    connection.execute(
        sa.delete(files).where(_rows(files, revoked), ~select(access).where(grants).exists())
    )


def _rows(table: sa.TableClause, revoked: AccessRevoked) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.case_id == revoked.case_id, table.c.organisation == revoked.organisation)


EVIDENCE = Projection(
    name="attachments.evidence",
    tables=(access.name, files.name, unsealed.name),
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
