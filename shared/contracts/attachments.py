"""What happened to evidence and to who may see it. Never changed, only added to.

Subject of an evidence event: the file itself, which has a key of its own. Access belongs to a
case, in a stream of its own, and its subject is the person. ISO/IEC 27037 calls what follows the
chain of custody.
"""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints
from pydantic.dataclasses import dataclass

from shared.contracts.marks import EventTime, Personal, Public, Size

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class RejectionReason(StrEnum):
    SIZE_DIFFERS = "size_differs"
    OBJECT_MISSING = "object_missing"


@dataclass(frozen=True, slots=True)
class UploadStarted:
    """A file of a case was announced; its parts may be sent."""

    evidence_id: UUID
    case_id: UUID
    organisation: UUID
    """Whose staff sends it."""
    filename: Personal[str]
    """As the sender calls it."""
    media_type: Personal[str]
    """As the sender says."""
    size: Size
    """Bytes, as announced."""
    part_size: Size
    """Bytes of every part but the last."""
    upload_id: Public[str]
    """The object store's own name for the multipart upload."""


@dataclass(frozen=True, slots=True)
class UploadCompleted:
    """The object store has joined the parts; the hash is still to be computed."""

    evidence_id: UUID
    case_id: UUID


@dataclass(frozen=True, slots=True)
class EvidenceSealed:
    """The whole file was read back here: this is its hash, and from now on it never changes."""

    evidence_id: UUID
    case_id: UUID
    sha256: Sha256
    """Of the whole file."""
    size: Size
    """Bytes, as counted here."""


@dataclass(frozen=True, slots=True)
class EvidenceRejected:
    """What was stored is not what was announced: the file is never served."""

    evidence_id: UUID
    case_id: UUID
    reason: RejectionReason
    """What is wrong with it."""


@dataclass(frozen=True, slots=True)
class EvidenceDownloaded:
    """A link to the bytes was handed out, good until `expires_at`."""

    evidence_id: UUID
    case_id: UUID
    organisation: UUID
    """Whose staff asked for it."""
    staff: UUID
    """Who asked for it."""
    expires_at: EventTime
    """When the link ends."""


EvidenceEvent = (
    UploadStarted | UploadCompleted | EvidenceSealed | EvidenceRejected | EvidenceDownloaded
)


@dataclass(frozen=True, slots=True)
class AccessGranted:
    """The organisation may fetch the case's evidence.

    `basis` is what gives the right, and what its revocation names: a referral, or for the first
    owner the case itself. An organisation has access while one basis is left. `granted_by` is
    the owner that decided it; a new owner's own access is granted by itself.
    """

    case_id: UUID
    organisation: UUID
    """Who may."""
    basis: UUID
    """What gives the right."""
    granted_by: UUID
    """The owner that decided it."""


@dataclass(frozen=True, slots=True)
class AccessRevoked:
    """One basis of an organisation's access has ended."""

    case_id: UUID
    organisation: UUID
    """Whose."""
    basis: UUID
    """What gave the right."""


AccessEvent = AccessGranted | AccessRevoked
