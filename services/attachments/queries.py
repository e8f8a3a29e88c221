"""What is read of evidence: the rows of the organisation that asks, kept apart by the database."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from services.attachments.tables import files, unsealed


def evidence(connection: Connection, evidence_id: UUID) -> RowMapping | None:
    """The organisation's own row; None when it has no access to the file's case."""
    query = sa.select(files).where(files.c.evidence_id == evidence_id)
    return connection.execute(query).mappings().one_or_none()


def evidence_of_case(
    connection: Connection, case_id: UUID, last: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """The case's files by id, which is the order in which their uploads began."""
    query = sa.select(files).where(files.c.case_id == case_id)
    if last is not None:
        query = query.where(files.c.evidence_id > last)
    return connection.execute(query.order_by(files.c.evidence_id).limit(limit)).mappings().all()


def waiting_for_seal(connection: Connection, limit: int) -> Sequence[UUID]:
    """For the sealing worker, which belongs to no organisation."""
    query = sa.select(unsealed.c.evidence_id).order_by(unsealed.c.evidence_id)
    return connection.scalars(query.limit(limit)).all()


def count_waiting(connection: Connection) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(unsealed)) or 0
