"""What a viewer is shown of evidence: rows of its own organisation, opened after the policy."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Engine, RowMapping

from services.attachments import queries
from shared.contracts.actor import Staff
from shared.contracts.attachments import Sha256
from shared.contracts.kinds import Category
from shared.contracts.refused import NotFound
from shared.eventstore.reading import reading
from shared.policy.disclosure import Holding, Right, permitted
from shared.vault.vault import Erased, Vault

EvidenceState = Literal["uploading", "awaiting_seal", "sealed", "rejected"]


class EvidenceView(BaseModel):
    id: UUID
    case_id: UUID
    version: int
    state: EvidenceState
    uploaded_by: UUID = Field(description="An organisation.")
    filename: str | Erased
    media_type: str | Erased
    size: int = Field(description="Bytes.")
    sha256: Sha256 | None = Field(description="Of the whole file, computed here; null until then.")
    started_at: datetime
    sealed_at: datetime | None


class Views:
    """Both methods block, and raise Retryable while the database or the key store is away."""

    def __init__(self, reader: Engine, vault: Vault) -> None:
        self._reader = reader
        self._vault = vault

    def one(self, viewer: Staff, evidence_id: UUID) -> EvidenceView:
        """Raises NotFound: absent, or not for this viewer."""
        with reading(self._reader, viewer.organisation) as connection:
            row = queries.evidence(connection, evidence_id)
        if row is None or not _may_see(viewer, row):
            raise NotFound
        return self._opened([row])[0]

    def of_case(
        self, viewer: Staff, case_id: UUID, last: UUID | None, limit: int
    ) -> list[EvidenceView]:
        with reading(self._reader, viewer.organisation) as connection:
            rows = queries.evidence_of_case(connection, case_id, last, limit)
        return self._opened([row for row in rows if _may_see(viewer, row)])

    def _opened(self, rows: Sequence[RowMapping]) -> list[EvidenceView]:
        filenames = self._vault.open_all([row["filename"] for row in rows], str)
        media_types = self._vault.open_all([row["media_type"] for row in rows], str)
        return [
            EvidenceView.model_validate(
                {**row, "id": row["evidence_id"], "filename": filename, "media_type": media_type}
            )
            for row, filename, media_type in zip(rows, filenames, media_types, strict=True)
        ]


def _may_see(viewer: Staff, row: RowMapping) -> bool:
    holding = Holding(row["organisation"], Right.GRANTED, frozenset({Category.EVIDENCE}))
    return Category.EVIDENCE in permitted(viewer, [holding])
