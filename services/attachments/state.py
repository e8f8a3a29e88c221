"""A file, and a case's access list, as their histories left them."""

from dataclasses import dataclass
from typing import assert_never
from uuid import UUID

from shared.contracts.attachments import (
    AccessEvent,
    AccessGranted,
    AccessRevoked,
    EvidenceDownloaded,
    EvidenceEvent,
    EvidenceRejected,
    EvidenceSealed,
    UploadCompleted,
    UploadStarted,
)


@dataclass(frozen=True, slots=True)
class NoEvidence:
    pass


@dataclass(frozen=True, slots=True)
class Upload:
    """What was announced, and by whom. Sizes in bytes."""

    evidence_id: UUID
    case_id: UUID
    organisation: UUID
    size: int
    part_size: int
    upload_id: str


@dataclass(frozen=True, slots=True)
class Uploading:
    upload: Upload


@dataclass(frozen=True, slots=True)
class AwaitingSeal:
    upload: Upload


@dataclass(frozen=True, slots=True)
class Sealed:
    upload: Upload
    sha256: str


@dataclass(frozen=True, slots=True)
class Rejected:
    upload: Upload


KnownEvidence = Uploading | AwaitingSeal | Sealed | Rejected
Evidence = NoEvidence | KnownEvidence
NO_EVIDENCE: Evidence = NoEvidence()


def evolve_evidence(evidence: Evidence, event: EvidenceEvent) -> Evidence:
    if isinstance(event, UploadStarted):
        return Uploading(_announced(event))
    if isinstance(evidence, NoEvidence):
        raise TypeError("a file's history begins with UploadStarted")
    match event:
        case UploadCompleted():
            return AwaitingSeal(evidence.upload)
        case EvidenceSealed(sha256=sha256):
            return Sealed(evidence.upload, sha256)
        case EvidenceRejected():
            return Rejected(evidence.upload)
        case EvidenceDownloaded():
            return evidence
        case _:
            assert_never(event)


def _announced(event: UploadStarted) -> Upload:
    return Upload(
        event.evidence_id,
        event.case_id,
        event.organisation,
        event.size,
        event.part_size,
        event.upload_id,
    )


@dataclass(frozen=True, slots=True)
class Grant:
    organisation: UUID
    basis: UUID
    granted_by: UUID


@dataclass(frozen=True, slots=True)
class Access:
    """Who owns the case, and the grants that stand for its evidence."""

    owner: UUID | None = None
    grants: frozenset[Grant] = frozenset()


NO_ACCESS = Access()


def evolve_access(access: Access, event: AccessEvent) -> Access:
    match event:
        case AccessGranted(organisation=organisation, basis=basis, granted_by=granted_by):
            owner = organisation if organisation == granted_by else access.owner
            return Access(owner, access.grants | {Grant(organisation, basis, granted_by)})
        case AccessRevoked(organisation=organisation, basis=basis):
            return Access(
                access.owner,
                frozenset(
                    grant
                    for grant in access.grants
                    if (grant.organisation, grant.basis) != (organisation, basis)
                ),
            )
        case _:
            assert_never(event)
