"""What may be asked of a report and of a person. `by` is the organisation that asks."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.kinds import Channel
from shared.contracts.marks import Personal


@dataclass(frozen=True, slots=True)
class ReceiveReport:
    report_id: UUID
    by: UUID
    channel: Channel
    received_at: datetime
    narrative: Personal[str]
    language: Personal[str]


@dataclass(frozen=True, slots=True)
class AcceptReport:
    by: UUID
    person_id: UUID
    owner: UUID
    """The staff member who is to look after the case."""


ReportCommand = ReceiveReport | AcceptReport


@dataclass(frozen=True, slots=True)
class RegisterPerson:
    person_id: UUID
    by: UUID
    names: Personal[tuple[str, ...]]
    birth_date: Personal[str] | None
    gender: Personal[str]
    citizenship: Personal[tuple[str, ...]]
    languages: Personal[tuple[str, ...]]


PersonCommand = RegisterPerson
