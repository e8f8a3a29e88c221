"""Which streams there are, whose events they hold, and whose key seals those events."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from shared.contracts import attachments, audit, cases, intake, notifications, referrals


@dataclass(frozen=True, slots=True)
class StreamKind:
    """`kind` begins the stream's name, `<kind>-<uuid>`. `subject`: the key's owner, if any."""

    service: str
    kind: str
    subject: str | None
    events: tuple[type, ...]


def _kind(service: str, kind: str, subject: str | None, union: object) -> StreamKind:
    return StreamKind(service, kind, subject, get_args(union) or (union,))


PERSON = "the person"

STREAMS = (
    _kind("intake", "report", "the report", intake.IntakeReportEvent),
    _kind("intake", "person", PERSON, intake.IntakePersonEvent),
    _kind("cases", "case", PERSON, cases.CaseEvent),
    _kind("referrals", "referral", PERSON, referrals.ReferralEvent),
    _kind("referrals", "organisation", None, referrals.DirectoryEvent),
    _kind("attachments", "evidence", "the evidence file", attachments.EvidenceEvent),
    _kind("attachments", "access", PERSON, attachments.AccessEvent),
    _kind("notifications", "notification", None, notifications.NotificationEvent),
    _kind("notifications", "reminder", None, notifications.ReminderEvent),
    _kind("audit", "replay", None, audit.AuditEvent),
)


def services(streams: Iterable[StreamKind] = STREAMS) -> list[str]:
    return list(dict.fromkeys(stream.service for stream in streams))


def stream_of(event: type) -> StreamKind:
    return next(stream for stream in STREAMS if event in stream.events)
