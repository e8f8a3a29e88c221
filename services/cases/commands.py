"""What may be asked of a case. `by` is the organisation that asks."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.contracts.kinds import NumberKind
from shared.contracts.marks import Personal
from shared.contracts.profile import Profile


@dataclass(frozen=True, slots=True)
class OpenCase:
    case_id: UUID
    person_id: UUID
    by: UUID
    owner: UUID
    """The staff member who is to look after the case."""
    report_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RecordProfile:
    by: UUID
    profile: Personal[Profile]


@dataclass(frozen=True, slots=True)
class AssignNumber:
    by: UUID
    kind: NumberKind
    issuer: str
    number: Personal[str]
    valid_from: Personal[date] | None = None
    valid_to: Personal[date] | None = None


@dataclass(frozen=True, slots=True)
class RecordService:
    by: UUID
    entry_id: UUID
    provider: str
    service_type: Personal[str]
    provided_on: Personal[date]
    outcome: Personal[str] | None = None
    grant_code: str | None = None
    note: Personal[str] | None = None


@dataclass(frozen=True, slots=True)
class ReassignCase:
    by: UUID
    to_owner: UUID


@dataclass(frozen=True, slots=True)
class TransferOwnership:
    """Asked by an accepted referral; the case answers it with an event, also when it refuses."""

    case_id: UUID
    referral_id: UUID
    from_organisation: UUID
    to_organisation: UUID
    to_owner: UUID


@dataclass(frozen=True, slots=True)
class ConfirmArrival:
    by: UUID
    arrived_at: datetime
    condition: Personal[str]


CaseCommand = (
    OpenCase
    | RecordProfile
    | AssignNumber
    | RecordService
    | ReassignCase
    | TransferOwnership
    | ConfirmArrival
)
