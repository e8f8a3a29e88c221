"""What a client gets of a case: made of permitted categories only, and only that is opened."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue
from sqlalchemy import RowMapping

from services.cases.sentences import sentence
from shared.contracts.actor import Staff
from shared.contracts.kinds import Category, NumberKind
from shared.contracts.profile import Profile
from shared.contracts.refused import NotFound
from shared.policy.disclosure import Holding, Right, permitted
from shared.vault.vault import Erased, Vault
from shared.vocabulary.age import AgeBand, age_band

T = TypeVar("T")

Seen = frozenset[Category]
"""The categories of one case that one viewer may see."""


class CaseEntry(BaseModel):
    """A case as the worklist shows it."""

    id: UUID
    right: Right = Field(description="Why your organisation sees it.")
    owner_organisation: UUID
    owner: UUID = Field(description="The staff member who looks after it.")
    opened_at: datetime
    arriving_from: UUID | None = Field(
        description="Who handed it over, until the survivor's arrival is confirmed."
    )
    names: tuple[str, ...] | Erased | None = Field(description="Null where identity is not shown.")


class PersonView(BaseModel):
    id: UUID
    names: tuple[str, ...] | Erased | None
    birth_date: str | Erased | None
    age_band: AgeBand | Erased = Field(description="Today; in doubt a child.")
    gender: str | Erased | None
    citizenship: tuple[str, ...] | Erased | None
    languages: tuple[str, ...] | Erased | None


class NumberView(BaseModel):
    kind: NumberKind
    issuer: str
    number: str | Erased
    valid_from: date | Erased | None
    valid_to: date | Erased | None


class CaseView(BaseModel):
    """What is not disclosed to your organisation is null."""

    id: UUID
    version: int
    right: Right = Field(description="Why your organisation sees it.")
    categories: list[Category] = Field(description="What of it your organisation may see.")
    owner_organisation: UUID
    owner: UUID
    opened_at: datetime
    arriving_from: UUID | None
    person: PersonView | None
    profile: Profile | Erased | None
    numbers: list[NumberView] | None


class TimelineEntry(BaseModel):
    """One event of the case."""

    event_id: UUID
    type: str
    category: Category
    occurred_at: datetime
    recorded_at: datetime
    actor: str = Field(description="`staff:<organisation>:<staff>` or `system:<service>`.")
    organisation: UUID | None = Field(description="The actor's; null for the system itself.")
    sentence: str = Field(description="What happened, in plain English.")
    fields: dict[str, JsonValue] = Field(
        description='The event\'s values; an erased one is `{"erased": true}`.'
    )


def may_see(viewer: Staff, row: RowMapping) -> Seen:
    """What the viewer may see of the case whose row this is.

    Raises:
        NotFound: nothing; the same as for a case that does not exist.
    """
    seen = permitted(viewer, [_holding(row)])
    if not seen:
        raise NotFound
    return seen


def _holding(row: RowMapping) -> Holding:
    categories = frozenset(map(Category, row["categories"]))
    return Holding(row["organisation"], Right(row["held_by"]), categories)


def case_entries(viewer: Staff, rows: Sequence[RowMapping], vault: Vault) -> list[CaseEntry]:
    seen = [(row, permitted(viewer, [_holding(row)])) for row in rows]
    visible = [(row, categories) for row, categories in seen if categories]
    names = vault.open_all(
        [row["names"] if Category.IDENTITY in categories else None for row, categories in visible],
        tuple[str, ...],
    )
    return [
        CaseEntry(
            id=row["case_id"],
            right=row["held_by"],
            owner_organisation=row["owner_organisation"],
            owner=row["owner"],
            opened_at=row["opened_at"],
            arriving_from=row["arriving_from"],
            names=name,
        )
        for (row, _), name in zip(visible, names, strict=True)
    ]


def case_view(seen: Seen, row: RowMapping, numbers: Sequence[RowMapping], vault: Vault) -> CaseView:
    return CaseView(
        id=row["case_id"],
        version=row["version"],
        right=row["held_by"],
        categories=sorted(seen),
        owner_organisation=row["owner_organisation"],
        owner=row["owner"],
        opened_at=row["opened_at"],
        arriving_from=row["arriving_from"],
        person=_person(row, vault) if Category.IDENTITY in seen else None,
        profile=_open(vault, row["profile"], Profile) if Category.PROFILE in seen else None,
        numbers=[_number(n, vault) for n in numbers] if Category.NUMBERS in seen else None,
    )


def _person(row: RowMapping, vault: Vault) -> PersonView:
    birth_date = _open(vault, row["birth_date"], str)
    today = datetime.now(UTC).date()
    return PersonView(
        id=row["person_id"],
        names=_open(vault, row["names"], tuple[str, ...]),
        birth_date=birth_date,
        age_band=birth_date if isinstance(birth_date, Erased) else age_band(birth_date, today),
        gender=_open(vault, row["gender"], str),
        citizenship=_open(vault, row["citizenship"], tuple[str, ...]),
        languages=_open(vault, row["languages"], tuple[str, ...]),
    )


def _number(row: RowMapping, vault: Vault) -> NumberView:
    return NumberView(
        kind=row["kind"],
        issuer=row["issuer"],
        number=vault.open(row["number"], str),
        valid_from=_open(vault, row["valid_from"], date),
        valid_to=_open(vault, row["valid_to"], date),
    )


def _open(vault: Vault, located: str | None, shape: type[T]) -> T | Erased | None:
    return None if located is None else vault.open(located, shape)


def timeline_entries(seen: Seen, rows: Sequence[RowMapping], vault: Vault) -> list[TimelineEntry]:
    return [_entry(row, vault) for row in rows if row["category"] in seen]


def _entry(row: RowMapping, vault: Vault) -> TimelineEntry:
    opened = {name: vault.open(located, object) for name, located in row["sealed"].items()}
    shown = {name: {"erased": True} if isinstance(v, Erased) else v for name, v in opened.items()}
    fields = {**row["fields"], **shown}
    return TimelineEntry(
        event_id=row["event_id"],
        type=row["type"],
        category=row["category"],
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
        actor=row["actor"],
        organisation=_organisation(row["actor"]),
        sentence=sentence(row["type"], fields),
        fields=fields,
    )


def _organisation(actor: str) -> UUID | None:
    kind, _, who = actor.partition(":")
    return UUID(who.partition(":")[0]) if kind == "staff" else None
