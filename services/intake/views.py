"""What a client gets of reports and persons: the policy speaks first, then values are opened."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from shared.contracts.actor import Staff
from shared.contracts.kinds import Category, Channel
from shared.contracts.refused import NotFound
from shared.policy.disclosure import Holding, Right, permitted
from shared.vault.vault import Erased, Vault


class ReportEntry(BaseModel):
    """A report as a list shows it, with nothing that is personal."""

    id: UUID
    channel: Channel
    received_at: datetime
    person_id: UUID | None = Field(description="Null while the report waits.")
    case_id: UUID | None = Field(description="The case that it became.")


class ReportView(ReportEntry):
    version: int
    narrative: str | Erased
    language: str | Erased


class PersonEntry(BaseModel):
    """A person as a list shows it."""

    id: UUID
    registered_at: datetime
    names: tuple[str, ...] | Erased


class PersonView(PersonEntry):
    version: int
    birth_date: str | Erased | None
    gender: str | Erased
    citizenship: tuple[str, ...] | Erased
    languages: tuple[str, ...] | Erased


def may_see(viewer: Staff, row: RowMapping, category: Category) -> bool:
    return category in permitted(viewer, [Holding(row["organisation"], Right.OWNER)])


def report_entries(viewer: Staff, rows: Sequence[RowMapping]) -> list[ReportEntry]:
    visible = (row for row in rows if may_see(viewer, row, Category.HISTORY))
    return [ReportEntry.model_validate(_report(row)) for row in visible]


def report_view(viewer: Staff, row: RowMapping, vault: Vault) -> ReportView:
    """Raises NotFound: it is not for this viewer."""
    if not may_see(viewer, row, Category.HISTORY):
        raise NotFound
    return ReportView(
        **_report(row),
        version=row["version"],
        narrative=vault.open(row["narrative"], str),
        language=vault.open(row["language"], str),
    )


def _report(row: RowMapping) -> dict[str, object]:
    shown = ("channel", "received_at", "person_id", "case_id")
    return {"id": row["report_id"], **{name: row[name] for name in shown}}


def person_entries(viewer: Staff, rows: Sequence[RowMapping], vault: Vault) -> list[PersonEntry]:
    visible = [row for row in rows if may_see(viewer, row, Category.IDENTITY)]
    opened = vault.open_all([row["names"] for row in visible], tuple[str, ...])
    return [
        PersonEntry(id=row["person_id"], registered_at=row["registered_at"], names=names)
        for row, names in zip(visible, opened, strict=True)
        if names is not None
    ]


def person_view(viewer: Staff, row: RowMapping, vault: Vault) -> PersonView:
    """Raises NotFound: it is not for this viewer."""
    if not may_see(viewer, row, Category.IDENTITY):
        raise NotFound
    birth_date = row["birth_date"]
    return PersonView(
        id=row["person_id"],
        version=row["version"],
        registered_at=row["registered_at"],
        names=vault.open(row["names"], tuple[str, ...]),
        birth_date=None if birth_date is None else vault.open(birth_date, str),
        gender=vault.open(row["gender"], str),
        citizenship=vault.open(row["citizenship"], tuple[str, ...]),
        languages=vault.open(row["languages"], tuple[str, ...]),
    )
