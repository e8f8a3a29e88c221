"""The worker that reads each completed file back, hashes it and seals it.

What waits stands in a table, so a worker that was killed finds its work again; the command's id
follows from the file, so two workers that hash the same file record one seal.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from uuid import UUID, uuid5

import sqlalchemy as sa
import structlog
from anyio.to_thread import run_sync
from sqlalchemy import Engine

from services.attachments.commands import EvidenceCommand, RejectEvidence, SealEvidence
from services.attachments.queries import count_waiting, waiting_for_seal
from services.attachments.storage import EvidenceObjects, ObjectMissing
from shared.contracts.actor import System
from shared.contracts.attachments import RejectionReason
from shared.eventstore.calls import Call
from shared.eventstore.errors import Retryable
from shared.eventstore.store import connected
from shared.eventstore.writer import Writer

log = structlog.get_logger()

PAUSE = 1.0
"""Seconds between looks at the table when nothing waits, or when a part is away."""

AT_ONCE = 100

ACTOR = System("attachments")
IDS = UUID("0f0d8a52-54c1-5c5b-9f5b-6f0f8f2f6c11")
"""Namespace of the command ids: one for each file."""


class SealingWorker:
    name = "attachments.sealing"

    def __init__(self, engine: Engine, objects: EvidenceObjects, writer: Writer) -> None:
        self._engine = engine
        self._locking = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._objects = objects
        self._writer = writer

    async def run(self) -> None:
        while True:
            try:
                sealed = [await self._seal(file) for file in await run_sync(self._waiting)]
            except Retryable as away:
                log.warning("sealing_waits", reason=str(away))
                sealed = []
            if not any(sealed):
                await asyncio.sleep(PAUSE)

    def pending(self) -> int:
        with connected(self._engine) as connection:
            return count_waiting(connection)

    def _waiting(self) -> list[UUID]:
        with connected(self._engine) as connection:
            return list(waiting_for_seal(connection, AT_ONCE))

    async def _seal(self, evidence_id: UUID) -> bool:
        """Whether this worker recorded what it found; another may be at it."""
        command = await run_sync(self._examine, evidence_id, abandon_on_cancel=True)
        if command is None:
            return False
        await self._writer.handle(_call(evidence_id, command))
        return True

    def _examine(self, evidence_id: UUID) -> EvidenceCommand | None:
        with self._alone(evidence_id) as alone:
            if not alone:
                return None
            try:
                digest = self._objects.digest(evidence_id)
            except ObjectMissing:
                return RejectEvidence(RejectionReason.OBJECT_MISSING)
            return SealEvidence(digest.sha256, digest.size)

    @contextmanager
    def _alone(self, evidence_id: UUID) -> Iterator[bool]:
        """One instance hashes a file at a time: to save work, correctness does not need it."""
        lock = {"number": evidence_id.int % 2**63}
        with connected(self._locking) as connection:
            taken = connection.scalar(sa.text("SELECT pg_try_advisory_lock(:number)"), lock)
            try:
                yield bool(taken)
            finally:
                if taken:
                    connection.execute(sa.text("SELECT pg_advisory_unlock(:number)"), lock)


def _call(evidence_id: UUID, command: EvidenceCommand) -> Call:
    command_id = uuid5(IDS, str(evidence_id))
    return Call(
        stream=f"evidence-{evidence_id}",
        command=command,
        actor=ACTOR,
        key=str(command_id),
        request_hash=sha256(command_id.bytes).digest(),
        command_id=command_id,
    )
