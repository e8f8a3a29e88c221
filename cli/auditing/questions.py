"""What an auditor asks of a log, in one piece: each question with the checks that belong to it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from cli.auditing.client import AuditService
from cli.auditing.told import Told, tell
from cli.auditing.verification import (
    Finding,
    Flaw,
    Head,
    Line,
    Verification,
    check_body,
)
from services.audit.tlog.proofs import ProofFails, verify_consistency
from shared.contracts.audit import ReplayPurpose


@dataclass(frozen=True, slots=True)
class Verdict:
    """`lines`: each service's history, its length and its chain, as the leaves tell it.

    `behind`: how many events the log had yet to take in when it was asked for its head, by its own
    word, which nothing proves; None: it could not tell.
    """

    head: Head
    behind: int | None
    lines: dict[str, Line]
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class Story:
    """A case's events, each held against its leaf and the leaf against `head`."""

    head: Head
    events: list[Told]
    findings: list[Finding]


def verify(
    service: AuditService, kept: Head | None, progress: Callable[[int, int], None]
) -> Verdict:
    """Fetches every leaf and recomputes what the log claims. Raises CannotAsk."""
    head, behind = service.head(), service.behind()
    verification = Verification(kept)
    verification.take(_counted(service.leaves(head.size), head.size, progress))
    findings = verification.conclude(head)
    findings += _growth(service, kept, head)
    findings += [
        Finding(Flaw.ALARM, f"{alarm.kind}: {alarm.service} {alarm.position}, {alarm.event_id}")
        for alarm in service.alarms()
    ]
    return Verdict(head, behind, verification.lines, findings)


def replay(service: AuditService, case_id: UUID, purpose: ReplayPurpose) -> Story:
    """Fetches a case's events and has each one proven. Raises CannotAsk."""
    received = list(service.events(service.open_replay(case_id, purpose)))
    head = service.head()
    findings = []
    for event in received:
        leaf = service.inclusion(event.event_id, head.size)
        body = event.body.encode()
        finding = check_body(body, leaf.leaf, leaf.index, head, leaf.proof)
        findings += [] if finding is None else [finding]
    return Story(head, tell(event.body.encode() for event in received), findings)


def _growth(service: AuditService, kept: Head | None, head: Head) -> Iterator[Finding]:
    """Whether the log can prove by itself that it only grew; a shorter one was found already."""
    if kept is None or kept.size > head.size:
        return
    proof = service.consistency(kept.size, head.size)
    try:
        verify_consistency(kept.size, head.size, kept.root, head.root, proof)
    except ProofFails as failure:
        yield Finding(Flaw.REWRITTEN, f"the proof of growth from {kept.size}: {failure}")


def _counted(
    leaves: Iterator[bytes], size: int, progress: Callable[[int, int], None]
) -> Iterator[bytes]:
    for count, leaf in enumerate(leaves, 1):
        yield leaf
        progress(count, size)
