"""What auditors did. The log of everybody's events is no event: see docs/auditing."""

from enum import StrEnum
from uuid import UUID

from pydantic.dataclasses import dataclass

from shared.contracts.marks import EventTime


class ReplayPurpose(StrEnum):
    SCHEDULED_REVIEW = "scheduled_review"
    COMPLAINT = "complaint"
    COURT_ORDER = "court_order"
    SURVIVOR_REQUEST = "survivor_request"


@dataclass(frozen=True, slots=True)
class ReplayOpened:
    """An auditor may read one case's recorded bodies (ciphertext) until `expires_at`."""

    replay_id: UUID
    case_id: UUID
    """The case that may be read."""
    auditor: UUID
    """The staff member who may."""
    purpose: ReplayPurpose
    """What for."""
    expires_at: EventTime
    """When that ends."""


AuditEvent = ReplayOpened
