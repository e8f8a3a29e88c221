"""What may happen to a file, in which order; and who has access. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import assert_never
from uuid import UUID

from services.attachments.commands import (
    AccessCommand,
    CompleteUpload,
    DownloadEvidence,
    EndAccess,
    EvidenceCommand,
    GrantAccess,
    HandOverAccess,
    OpenAccess,
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
        case OpenAccess(case_id=case_id, owner=owner):
            return _granted(access, AccessGranted(case_id, owner, case_id, owner))
        case HandOverAccess():
            return _hand_over(command, access)
        case GrantAccess(case_id=case_id, organisation=organisation, by=by):
            if by != access.owner:
                return []  # whoever offered it has given the case away since
            grant = AccessGranted(case_id, organisation, command.referral_id, by)
            return _granted(access, grant)
        case RevokeAccess(case_id=case_id, organisation=organisation, referral_id=basis):
            ending = [
                g for g in access.grants if (g.organisation, g.basis) == (organisation, basis)
            ]
            return _revoked(case_id, ending)
        case EndAccess(case_id=case_id, organisation=organisation):
            return _revoked(case_id, [g for g in access.grants if g.organisation == organisation])
        case _:
            assert_never(command)


def _hand_over(command: HandOverAccess, access: Access) -> Sequence[AccessEvent]:
    """The new owner answers for the case now: what the old one granted to others ends."""
    case_id, sender, receiver = command.case_id, command.from_organisation, command.to_organisation
    ending = [g for g in access.grants if g.granted_by == sender and g.organisation != sender]
    grant = AccessGranted(case_id, receiver, command.referral_id, receiver)
    return [*_granted(access, grant), *_revoked(case_id, ending)]


def _granted(access: Access, grant: AccessGranted) -> Sequence[AccessGranted]:
    known = Grant(grant.organisation, grant.basis, grant.granted_by) in access.grants
    return [] if known else [grant]


def _revoked(case_id: UUID, grants: Iterable[Grant]) -> Sequence[AccessRevoked]:
    bases = sorted((grant.organisation, grant.basis) for grant in grants)
    return [AccessRevoked(case_id, organisation, basis) for organisation, basis in bases]
