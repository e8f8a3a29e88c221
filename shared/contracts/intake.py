"""What happened to reports and to persons. Contracts: never changed, only added to."""

from uuid import UUID

from pydantic.dataclasses import dataclass

from shared.contracts.kinds import Channel
from shared.contracts.marks import EventTime, Personal


@dataclass(frozen=True, slots=True)
class ReportReceived:
    """Subject: the report, since its person is not known yet."""

    report_id: UUID
    organisation: UUID
    channel: Channel
    received_at: EventTime
    narrative: Personal[str]
    language: Personal[str]
    """ISO 639 code of the narrative."""


@dataclass(frozen=True, slots=True)
class ReportAccepted:
    """The report became a case of a registered person; `cases` opens it."""

    report_id: UUID
    organisation: UUID
    person_id: UUID
    case_id: UUID
    owner: UUID


IntakeReportEvent = ReportReceived | ReportAccepted


@dataclass(frozen=True, slots=True)
class PersonRegistered:
    """Subject: the person. Names stand as people write them, in any script, the first preferred."""

    person_id: UUID
    organisation: UUID
    names: Personal[tuple[str, ...]]
    birth_date: Personal[str] | None
    """`YYYY`, `YYYY-MM` or `YYYY-MM-DD`: as much as is known."""
    gender: Personal[str]
    citizenship: Personal[tuple[str, ...]]
    languages: Personal[tuple[str, ...]]


IntakePersonEvent = PersonRegistered
IntakeEvent = IntakeReportEvent | IntakePersonEvent
