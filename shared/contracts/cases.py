"""What happened to a case. Subject of every event: the person. Never changed, only added to."""

from datetime import date
from uuid import UUID

from pydantic.dataclasses import dataclass

from shared.contracts.kinds import NumberKind, TransferRefusal
from shared.contracts.marks import EventTime, Personal, Public
from shared.contracts.profile import Profile


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """A person has a case: from an accepted report, or opened by the staff."""

    case_id: UUID
    person_id: UUID
    organisation: UUID
    """Whose case it is."""
    owner: UUID
    """The staff member who looks after it."""
    report_id: UUID | None = None
    """The report that it came from; none when the staff opened it."""


@dataclass(frozen=True, slots=True)
class ProfileRecorded:
    """The HTCDS profile as a whole; a later one replaces it for reading, never in the history."""

    case_id: UUID
    profile: Personal[Profile]
    """Field name to answer."""


@dataclass(frozen=True, slots=True)
class NumberAssigned:
    """A number by which an authority or an organisation knows the case."""

    case_id: UUID
    kind: NumberKind
    """Whether the number is the government's or the organisation's own."""
    issuer: Public[str]
    """Who gave the number."""
    number: Personal[str]
    """As it is written."""
    valid_from: Personal[date] | None = None
    """The first day on which it holds."""
    valid_to: Personal[date] | None = None
    """The last day on which it holds."""


@dataclass(frozen=True, slots=True)
class ServiceRecorded:
    """A service that the survivor got, or that was tried."""

    case_id: UUID
    entry_id: UUID
    """The entry in the timeline."""
    organisation: UUID
    """Who recorded it."""
    provider: Public[str]
    """Who provided it."""
    service_type: Personal[str]
    """HTCDS 2.0 `spl_Type`."""
    provided_on: Personal[date]
    """The day."""
    outcome: Personal[str] | None = None
    """What came of it."""
    grant_code: Public[str] | None = None
    """Which grant paid for it."""
    note: Personal[str] | None = None
    """What else is worth knowing."""


@dataclass(frozen=True, slots=True)
class CaseReassigned:
    """A new owner inside the same organisation."""

    case_id: UUID
    organisation: UUID
    """Whose case it is and stays."""
    from_owner: UUID
    """The staff member who looked after it."""
    to_owner: UUID
    """The staff member who does from now on."""


@dataclass(frozen=True, slots=True)
class OwnershipTransferred:
    """The case belongs to another organisation now: the answer to an accepted transfer."""

    case_id: UUID
    person_id: UUID
    referral_id: UUID
    from_organisation: UUID
    from_owner: UUID
    """The staff member who looked after it."""
    to_organisation: UUID
    to_owner: UUID
    """The staff member whom the receiver appointed."""
    transferred_at: EventTime | None = None
    """No arrival lies before it."""


@dataclass(frozen=True, slots=True)
class TransferRefused:
    """An accepted transfer could not move the case, which stays where it is."""

    case_id: UUID
    referral_id: UUID
    from_organisation: UUID
    to_organisation: UUID
    reason: TransferRefusal
    """Why it could not."""


@dataclass(frozen=True, slots=True)
class ArrivalConfirmed:
    """The survivor has arrived: the sender's hand-over rights end here."""

    case_id: UUID
    referral_id: UUID
    from_organisation: UUID
    to_organisation: UUID
    arrived_at: EventTime
    """When the survivor arrived."""
    condition: Personal[str]
    """How the survivor was on arrival."""


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
