"""What may happen to a file, in which order; and who has access. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from services.attachments.commands import (
    AccessCommand,
    CompleteUpload,
    DownloadEvidence,
    EndAccess,
    EvidenceCommand,
    GrantAccess,
    RejectEvidence,
    RevokeAccess,
    SealEvidence,
    StartUpload,
)
from services.attachments.refusals import EvidenceIsNotSealed, UploadIsOver
from services.attachments.state import (
    Access,
    AwaitingSeal,
    Evidence,
    Grant,
    NoEvidence,
    Sealed,
    Upload,
    Uploading,
)
from shared.contracts.attachments import (
    AccessEvent,
    AccessGranted,
    AccessRevoked,
    EvidenceDownloaded,
    EvidenceEvent,
    EvidenceRejected,
    EvidenceSealed,
    RejectionReason,
    UploadCompleted,
    UploadStarted,
)
from shared.contracts.refused import NotFound


def decide_evidence(
    command: EvidenceCommand, evidence: Evidence, now: datetime
) -> Sequence[EvidenceEvent]:
    """The events that follow from the command.

    Raises:
        Refused: the rules say no; nothing happened.
    """
    match command:
        case StartUpload():
            return _start(command, evidence)
        case CompleteUpload():
            return _complete(command, evidence)
        case SealEvidence():
            return _seal(command, evidence)
        case RejectEvidence(reason=reason):
            return _reject(reason, evidence)
        case DownloadEvidence():
            return _download(command, evidence)
        case _:
            assert_never(command)


def _start(command: StartUpload, evidence: Evidence) -> Sequence[EvidenceEvent]:
    if not isinstance(evidence, NoEvidence):
        raise UploadIsOver
    return [
        UploadStarted(
            evidence_id=command.evidence_id,
            case_id=command.case_id,
            organisation=command.by.organisation,
            filename=command.filename,
            media_type=command.media_type,
            size=command.size,
            part_size=command.part_size,
            upload_id=command.upload_id,
        )
    ]


def _complete(command: CompleteUpload, evidence: Evidence) -> Sequence[EvidenceEvent]:
    upload = _known(evidence)
    if upload.organisation != command.by.organisation:
        raise NotFound
    if not isinstance(evidence, Uploading):
        raise UploadIsOver
    return [UploadCompleted(upload.evidence_id, upload.case_id)]


def _seal(command: SealEvidence, evidence: Evidence) -> Sequence[EvidenceEvent]:
    upload = _known(evidence)
    if not isinstance(evidence, AwaitingSeal):
        return []  # a second worker was slower
    if command.size != upload.size:
        return _reject(RejectionReason.SIZE_DIFFERS, evidence)
    return [EvidenceSealed(upload.evidence_id, upload.case_id, command.sha256, command.size)]


def _reject(reason: RejectionReason, evidence: Evidence) -> Sequence[EvidenceEvent]:
    upload = _known(evidence)
    if not isinstance(evidence, AwaitingSeal):
        return []
    return [EvidenceRejected(upload.evidence_id, upload.case_id, reason)]


def _download(command: DownloadEvidence, evidence: Evidence) -> Sequence[EvidenceEvent]:
    upload = _known(evidence)
    if not isinstance(evidence, Sealed):
        raise EvidenceIsNotSealed
    return [
        EvidenceDownloaded(
            evidence_id=upload.evidence_id,
            case_id=upload.case_id,
            organisation=command.by.organisation,
            staff=command.by.staff,
            expires_at=command.expires_at,
        )
    ]


def _known(evidence: Evidence) -> Upload:
    if isinstance(evidence, NoEvidence):
        raise NotFound
    return evidence.upload


def decide_access(command: AccessCommand, access: Access, now: datetime) -> Sequence[AccessEvent]:
    """Grants and revocations; one that changes nothing is no news."""
    match command:
        case GrantAccess(case_id=case_id, organisation=organisation, basis=basis):
            if Grant(organisation, basis) in access:
                return []
            return [AccessGranted(case_id, organisation, basis)]
        case RevokeAccess(case_id=case_id, organisation=organisation, basis=basis):
            if Grant(organisation, basis) not in access:
                return []
            return [AccessRevoked(case_id, organisation, basis)]
        case EndAccess(case_id=case_id, organisation=organisation):
            ending = [grant.basis for grant in access if grant.organisation == organisation]
            return [AccessRevoked(case_id, organisation, basis) for basis in sorted(ending)]
        case _:
            assert_never(command)
