"""What happened to reports and to persons. Contracts: never changed, only added to."""

from uuid import UUID

from pydantic.dataclasses import dataclass

from shared.contracts.kinds import Channel
from shared.contracts.marks import EventTime, Personal


@dataclass(frozen=True, slots=True)
class ReportReceived:
    """A report came in. Sealed under a key of its own, since its person is not known yet."""

    report_id: UUID
    organisation: UUID
    """Whose officer took it in."""
    channel: Channel
    """How it came in."""
    received_at: EventTime
    """When it came in."""
    narrative: Personal[str]
    """What was told, in the words of whoever told it."""
    language: Personal[str]
    """ISO 639 code of the narrative."""


@dataclass(frozen=True, slots=True)
class ReportAccepted:
    """The report became a case of a registered person; `cases` opens it."""

    report_id: UUID
    organisation: UUID
    """Whose report it is, and whose case it becomes."""
    person_id: UUID
    case_id: UUID
    """The case that it becomes."""
    owner: UUID
    """The staff member who is to look after the case."""


IntakeReportEvent = ReportReceived | ReportAccepted


@dataclass(frozen=True, slots=True)
class PersonRegistered:
    """A person stands in the register."""

    person_id: UUID
    organisation: UUID
    """Who registered the person."""
    names: Personal[tuple[str, ...]]
    """As people write them, in any script, the first preferred."""
    birth_date: Personal[str] | None
    """`YYYY`, `YYYY-MM` or `YYYY-MM-DD`: as much as is known."""
    gender: Personal[str]
    """HTCDS 2.0 `prs_Gender`."""
    citizenship: Personal[tuple[str, ...]]
    """ISO 3166-1 alpha-2 codes."""
    languages: Personal[tuple[str, ...]]
    """ISO 639 codes."""


IntakePersonEvent = PersonRegistered
IntakeEvent = IntakeReportEvent | IntakePersonEvent
