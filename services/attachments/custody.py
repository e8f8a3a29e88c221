"""A file as its own history left it, for those who may reach it; and how it is cut into parts.

What is asked here is always up to date: it is folded from the events, not read from a projection.
"""

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from uuid import UUID

from services.attachments.state import (
    NO_ACCESS,
    NO_EVIDENCE,
    Access,
    Evidence,
    KnownEvidence,
    NoEvidence,
    Upload,
    evolve_access,
    evolve_evidence,
)
from shared.contracts.actor import Staff
from shared.contracts.attachments import (
    AccessEvent,
    EvidenceDownloaded,
    EvidenceEvent,
)
from shared.contracts.kinds import Category
from shared.contracts.refused import NotFound
from shared.eventstore.store import EventStore
from shared.policy.disclosure import Holding, Right, permitted

MEBIBYTE = 1024 * 1024
MOST_PARTS = 10_000
LARGEST_FILE = 5 * 1024 * 1024 * MEBIBYTE
"""5 TiB; this and the number of parts are the S3 protocol's own bounds."""


@dataclass(frozen=True, slots=True)
class Part:
    number: int
    size: int
    """Bytes."""


def part_size_for(size: int, smallest: int) -> int:
    """The size in bytes of every part but the last."""
    return max(smallest, ceil(size / MOST_PARTS / MEBIBYTE) * MEBIBYTE)


def parts_of(upload: Upload) -> list[Part]:
    """All parts of the announced file; the first has number 1."""
    count = ceil(upload.size / upload.part_size)
    last = Part(count, upload.size - (count - 1) * upload.part_size)
    return [*(Part(number, upload.part_size) for number in range(1, count)), last]


class Custody:
    """All methods block, and raise Retryable while the database is away."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    def check_access(self, viewer: Staff, case_id: UUID) -> None:
        """Raises NotFound: the viewer may not see the case's evidence, or there is no such case."""
        if Category.EVIDENCE not in permitted(viewer, holdings(self._access(case_id))):
            raise NotFound

    def held(self, viewer: Staff, evidence_id: UUID) -> KnownEvidence:
        """The file, for a viewer who may see it.

        Raises:
            NotFound: absent, or not for this viewer.
        """
        file = self._file(evidence_id)
        if isinstance(file, NoEvidence):
            raise NotFound
        self.check_access(viewer, file.upload.case_id)
        return file

    def link_ends(self, evidence_id: UUID, event_id: UUID) -> datetime:
        """When the link that this event records stops working."""
        for recorded in self._store.load(f"evidence-{evidence_id}"):
            event = recorded.event
            if recorded.envelope.id == event_id and isinstance(event, EvidenceDownloaded):
                return event.expires_at
        raise NotFound

    def _access(self, case_id: UUID) -> Access:
        access = NO_ACCESS
        for recorded in self._store.load(f"access-{case_id}"):
            if isinstance(recorded.event, AccessEvent):
                access = evolve_access(access, recorded.event)
        return access

    def _file(self, evidence_id: UUID) -> Evidence:
        file = NO_EVIDENCE
        for recorded in self._store.load(f"evidence-{evidence_id}"):
            if isinstance(recorded.event, EvidenceEvent):
                file = evolve_evidence(file, recorded.event)
        return file


def holdings(access: Access) -> list[Holding]:
    return [
        Holding(grant.organisation, Right.GRANTED, frozenset({Category.EVIDENCE}))
        for grant in access.grants
    ]
