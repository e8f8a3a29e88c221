"""What may be asked of evidence, and of who may fetch it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.actor import Staff
from shared.contracts.attachments import RejectionReason
from shared.contracts.marks import Personal


@dataclass(frozen=True, slots=True)
class StartUpload:
    """`by` has been found to have access to the case's evidence. Sizes in bytes."""

    by: Staff
    evidence_id: UUID
    case_id: UUID
    filename: Personal[str]
    media_type: Personal[str]
    size: int
    part_size: int
    upload_id: str


@dataclass(frozen=True, slots=True)
class CompleteUpload:
    by: Staff


@dataclass(frozen=True, slots=True)
class SealEvidence:
    """The whole file was read back: its hash, and the bytes that were counted."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class RejectEvidence:
    reason: RejectionReason


@dataclass(frozen=True, slots=True)
class DownloadEvidence:
    """`by` has been found to have access to the case's evidence."""

    by: Staff
    expires_at: datetime


EvidenceCommand = StartUpload | CompleteUpload | SealEvidence | RejectEvidence | DownloadEvidence


@dataclass(frozen=True, slots=True)
class OpenAccess:
    """The case was opened: its first owner has access."""

    case_id: UUID
    owner: UUID


@dataclass(frozen=True, slots=True)
class HandOverAccess:
    """The case has a new owner. The sender keeps its own access until the arrival."""

    case_id: UUID
    referral_id: UUID
    from_organisation: UUID
    to_organisation: UUID


@dataclass(frozen=True, slots=True)
class GrantAccess:
    """By a referral for a service. It counts only while `by` owns the case."""

    case_id: UUID
    organisation: UUID
    referral_id: UUID
    by: UUID


@dataclass(frozen=True, slots=True)
class RevokeAccess:
    """Ends what this one referral gave."""

    case_id: UUID
    organisation: UUID
    referral_id: UUID


@dataclass(frozen=True, slots=True)
class EndAccess:
    """Ends whatever access the organisation has."""

    case_id: UUID
    organisation: UUID


AccessCommand = OpenAccess | HandOverAccess | GrantAccess | RevokeAccess | EndAccess
