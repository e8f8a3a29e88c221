"""Uploads in parts: what the object store is asked for while a file comes in. Blocking."""

from datetime import timedelta
from uuid import UUID

from services.attachments.commands import StartUpload
from services.attachments.custody import Custody, Part, part_size_for, parts_of
from services.attachments.refusals import PartsAreMissing, UploadIsOver
from services.attachments.state import Upload, Uploading
from services.attachments.storage import EvidenceObjects, UploadGone
from shared.contracts.actor import Staff
from shared.contracts.marks import Clear
from shared.contracts.refused import NotFound
from shared.runtime.ids import new_id


class Uploads:
    """Every method raises Retryable while the database or the object store is away."""

    def __init__(
        self,
        custody: Custody,
        objects: EvidenceObjects,
        smallest_part: int,
        link_lifetime: timedelta,
    ) -> None:
        self._custody = custody
        self._objects = objects
        self._smallest_part = smallest_part
        self._link_lifetime = link_lifetime

    def announce(
        self, by: Staff, case_id: UUID, filename: str, media_type: str, size: int
    ) -> StartUpload:
        """A new file, for which the object store takes parts from now on.

        Raises:
            NotFound: the case is not one whose evidence `by` has access to.
        """
        self._custody.check_access(by, case_id)
        evidence_id = new_id()
        return StartUpload(
            by=by,
            evidence_id=evidence_id,
            case_id=case_id,
            filename=Clear(filename),
            media_type=Clear(media_type),
            size=size,
            part_size=part_size_for(size, self._smallest_part),
            upload_id=self._objects.start(evidence_id),
        )

    def parts(self, viewer: Staff, evidence_id: UUID) -> tuple[Upload, list[Part]]:
        """The parts of a file that is still coming in, for the organisation that sends it.

        Raises:
            NotFound: absent, or another organisation's upload.
            UploadIsOver: nothing more is taken.
        """
        file = self._custody.held(viewer, evidence_id)
        if file.upload.organisation != viewer.organisation:
            raise NotFound
        if not isinstance(file, Uploading):
            raise UploadIsOver
        return file.upload, parts_of(file.upload)

    def uploaded(self, upload: Upload) -> dict[int, int]:
        """Number and size in bytes of each part that the object store holds."""
        try:
            stored = self._objects.uploaded_parts(upload.evidence_id, upload.upload_id)
        except UploadGone:
            return {}
        return {number: part.size or 0 for number, part in stored.items()}

    def link(self, upload: Upload, part: Part) -> str:
        return self._objects.part_link(
            upload.evidence_id, upload.upload_id, part.number, self._link_lifetime
        )

    def join(self, by: Staff, evidence_id: UUID) -> None:
        """Has the object store make one object of the parts; what was joined before stays so.

        Raises:
            NotFound: absent, or another organisation's upload.
            PartsAreMissing: not all of them have come in whole.
        """
        try:
            upload, parts = self.parts(by, evidence_id)
        except UploadIsOver:
            return  # a retry: the writer knows what it was answered
        try:
            stored = self._objects.uploaded_parts(evidence_id, upload.upload_id)
            whole = {
                part.number: stored[part.number]
                for part in parts
                if part.number in stored and stored[part.number].size == part.size
            }
            if len(whole) < len(parts):
                raise PartsAreMissing(len(parts) - len(whole))
            self._objects.join(evidence_id, upload.upload_id, whole)
        except UploadGone:
            # Joined by an earlier try that did not live to record it.
            if not self._objects.holds(evidence_id):
                raise PartsAreMissing(len(parts)) from None
