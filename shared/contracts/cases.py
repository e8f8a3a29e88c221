"""What happened to a case. Subject of every event: the person. Never changed, only added to."""

from datetime import date
from uuid import UUID

from pydantic.dataclasses import dataclass

from shared.contracts.kinds import NumberKind, TransferRefusal
from shared.contracts.marks import EventTime, Personal, Public
from shared.contracts.profile import Profile


@dataclass(frozen=True, slots=True)
class CaseOpened:
    case_id: UUID
    person_id: UUID
    organisation: UUID
    owner: UUID
    report_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ProfileRecorded:
    """The HTCDS profile as a whole; a later one replaces it for reading, never in the history."""

    case_id: UUID
    profile: Personal[Profile]


@dataclass(frozen=True, slots=True)
class NumberAssigned:
    case_id: UUID
    kind: NumberKind
    issuer: Public[str]
    number: Personal[str]
    valid_from: Personal[date] | None = None
    valid_to: Personal[date] | None = None


@dataclass(frozen=True, slots=True)
class ServiceRecorded:
    case_id: UUID
    entry_id: UUID
    organisation: UUID
    provider: Public[str]
    service_type: Personal[str]
    """HTCDS 2.0 `spl_Type`."""
    provided_on: Personal[date]
    outcome: Personal[str] | None = None
    grant_code: Public[str] | None = None
    note: Personal[str] | None = None


@dataclass(frozen=True, slots=True)
class CaseReassigned:
    """A new owner inside the same organisation."""

    case_id: UUID
    organisation: UUID
    from_owner: UUID
    to_owner: UUID


@dataclass(frozen=True, slots=True)
class OwnershipTransferred:
    case_id: UUID
    person_id: UUID
    referral_id: UUID
    from_organisation: UUID
    from_owner: UUID
    to_organisation: UUID
    to_owner: UUID
    transferred_at: EventTime | None = None
    """No arrival lies before it."""


@dataclass(frozen=True, slots=True)
class TransferRefused:
    case_id: UUID
    referral_id: UUID
    from_organisation: UUID
    to_organisation: UUID
    reason: TransferRefusal


@dataclass(frozen=True, slots=True)
class ArrivalConfirmed:
    """The survivor has arrived: the sender's hand-over rights end here."""

    case_id: UUID
    referral_id: UUID
    from_organisation: UUID
    to_organisation: UUID
    arrived_at: EventTime
    condition: Personal[str]


CaseEvent = (
    CaseOpened
    | ProfileRecorded
    | NumberAssigned
    | ServiceRecorded
    | CaseReassigned
    | OwnershipTransferred
    | TransferRefused
    | ArrivalConfirmed
)
