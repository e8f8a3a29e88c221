"""What may happen to a file, in which order."""

from datetime import timedelta
from uuid import UUID

from services.attachments.commands import (
    CompleteUpload,
    DownloadEvidence,
    RejectEvidence,
    SealEvidence,
    StartUpload,
)
from services.attachments.decisions import decide_evidence
from services.attachments.refusals import EvidenceIsNotSealed, UploadIsOver
from services.attachments.state import NO_EVIDENCE, evolve_evidence
from shared.contracts.actor import Staff
from shared.contracts.attachments import (
    EvidenceDownloaded,
    EvidenceRejected,
    EvidenceSealed,
    RejectionReason,
    UploadCompleted,
    UploadStarted,
)
from shared.contracts.marks import Clear
from shared.contracts.refused import NotFound
from tests.support.specification import NOON, Specification

FILE, CASE = UUID(int=1), UUID(int=2)
ANA = Staff(organisation=UUID(int=10), staff=UUID(int=11))
STRANGER = Staff(organisation=UUID(int=20), staff=UUID(int=21))
SHA256 = "ab" * 32
SOON = NOON + timedelta(seconds=60)

START = StartUpload(
    by=ANA,
    evidence_id=FILE,
    case_id=CASE,
    filename=Clear("statement.mp4"),
    media_type=Clear("video/mp4"),
    size=100,
    part_size=50,
    upload_id="upload-1",
)
STARTED = UploadStarted(
    FILE, CASE, ANA.organisation, START.filename, START.media_type, 100, 50, "upload-1"
)
COMPLETED = UploadCompleted(FILE, CASE)
SEALED = EvidenceSealed(FILE, CASE, SHA256, 100)
SIZE_DIFFERS = EvidenceRejected(FILE, CASE, RejectionReason.SIZE_DIFFERS)

given = Specification(NO_EVIDENCE, decide_evidence, evolve_evidence).given


def test_an_upload_is_started() -> None:
    given().when(START).then(STARTED)


def test_a_file_is_started_once() -> None:
    given(STARTED).when(START).refused(UploadIsOver)


def test_the_uploader_completes_its_upload() -> None:
    given(STARTED).when(CompleteUpload(ANA)).then(COMPLETED)


def test_an_upload_is_completed_once() -> None:
    given(STARTED, COMPLETED).when(CompleteUpload(ANA)).refused(UploadIsOver)


def test_another_organisation_does_not_learn_that_the_upload_exists() -> None:
    given(STARTED).when(CompleteUpload(STRANGER)).refused(NotFound)
    given().when(CompleteUpload(STRANGER)).refused(NotFound)


def test_a_completed_file_is_sealed_with_its_hash() -> None:
    given(STARTED, COMPLETED).when(SealEvidence(SHA256, 100)).then(SEALED)


def test_a_file_of_another_size_than_announced_is_rejected() -> None:
    given(STARTED, COMPLETED).when(SealEvidence(SHA256, 99)).then(SIZE_DIFFERS)


def test_a_second_seal_is_no_news() -> None:
    given(STARTED, COMPLETED, SEALED).when(SealEvidence("cd" * 32, 100)).then()


def test_a_sealed_file_is_not_rejected_any_more() -> None:
    missing = RejectEvidence(RejectionReason.OBJECT_MISSING)
    given(STARTED, COMPLETED, SEALED).when(missing).then()


def test_nothing_is_sealed_before_its_parts_were_joined() -> None:
    given(STARTED).when(SealEvidence(SHA256, 100)).then()


def test_each_link_to_the_bytes_is_a_fact() -> None:
    downloaded = EvidenceDownloaded(FILE, CASE, ANA.organisation, ANA.staff, SOON)
    given(STARTED, COMPLETED, SEALED).when(DownloadEvidence(ANA, SOON)).then(downloaded)


def test_nothing_is_served_before_its_hash_is_known() -> None:
    given(STARTED, COMPLETED).when(DownloadEvidence(ANA, SOON)).refused(EvidenceIsNotSealed)
    rejected = given(STARTED, COMPLETED, SIZE_DIFFERS)
    rejected.when(DownloadEvidence(ANA, SOON)).refused(EvidenceIsNotSealed)
