"""A small aggregate over real contracts: reports that are received, and accepted once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from shared.contracts.actor import Actor, Staff, System
from shared.contracts.intake import IntakeReportEvent, ReportAccepted, ReportReceived
from shared.contracts.kinds import Channel
from shared.contracts.marks import Clear
from shared.contracts.refused import NotFound, Refused
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.calls import Call, Run

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
ORGANISATION = UUID(int=1)
ADA = Staff(ORGANISATION, UUID(int=2))
BEN = Staff(ORGANISATION, UUID(int=3))
SYSTEM = System("ledger")


@dataclass(frozen=True, slots=True)
class Receive:
    """Records the narrative `times` times."""

    narrative: str = "A lorry waits at the river."
    times: int = 1


@dataclass(frozen=True, slots=True)
class Accept:
    pass


@dataclass(frozen=True, slots=True)
class DoNothing:
    pass


@dataclass(frozen=True, slots=True)
class Stumble:
    """A bug: its error's message holds a value."""

    secret: str


ReportCommand = Receive | Accept | DoNothing | Stumble


@dataclass(frozen=True, slots=True)
class Report:
    received: int = 0
    accepted: bool = False


class IsAccepted(Refused):
    pass


def decide(command: ReportCommand, report: Report, now: datetime) -> Sequence[IntakeReportEvent]:
    match command:
        case Receive():
            return [received(command.narrative, now)] * command.times
        case Accept():
            if report.received == 0:
                raise NotFound
            if report.accepted:
                raise IsAccepted
            return [ReportAccepted(uuid4(), ORGANISATION, uuid4(), uuid4(), uuid4())]
        case DoNothing():
            return []
        case Stumble(secret=secret):
            raise RuntimeError(secret)


def received(narrative: str, at: datetime) -> ReportReceived:
    return ReportReceived(uuid4(), ORGANISATION, Channel.HOTLINE, at, Clear(narrative), Clear("en"))


def evolve(report: Report, event: IntakeReportEvent) -> Report:
    match event:
        case ReportReceived():
            assert not isinstance(event.narrative, Clear), "evolve sees personal fields sealed"
            return Report(report.received + 1, report.accepted)
        case ReportAccepted():
            return Report(report.received, accepted=True)


REPORTS = Aggregate("report", Report(), decide, evolve)


def new_report() -> tuple[str, UUID]:
    """A stream's name and its subject."""
    subject = uuid4()
    return f"report-{subject}", subject


def call(
    stream: str,
    command: ReportCommand | None = None,
    *,
    subject: UUID | None = None,
    actor: Actor = ADA,
    key: str | None = None,
    request: bytes = b"a request",
    expected_version: int | None = None,
) -> Call:
    return Call(
        stream=stream,
        command=command or Receive(),
        actor=actor,
        key=key or str(uuid4()),
        request_hash=hashlib.sha256(request).digest(),
        command_id=uuid4(),
        subject=subject,
        expected_version=expected_version,
    )


def receive() -> Call:
    """A new report in a stream of its own."""
    stream, subject = new_report()
    return call(stream, Receive(), subject=subject)


def run(first: int, last: int, *calls: Call) -> Run:
    return Run("ledger.intake", "intake", first, last, calls)
