"""The auditor verifies the log, and replays one case as it was at three moments."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cli.auditing.client import AuditService
from cli.auditing.moment import CaseThen, as_of
from cli.auditing.questions import Verdict, replay, verify
from cli.auditing.told import Told
from cli.demo.expectations import Report
from cli.demo.referring import Referral
from deploy.local.people import AUDITOR
from shared.contracts.audit import ReplayPurpose
from shared.contracts.cases import ArrivalConfirmed, OwnershipTransferred
from shared.contracts.referrals import ReferralOffered


def audit(
    url: str, token: str, referral: Referral, report: Report
) -> tuple[Verdict, list[CaseThen]]:
    """What was found, and the case as the offer was made, as it changed hands, and after."""
    case_id = UUID(referral.case.case_id)
    with AuditService.at(url, token) as service:
        verdict = verify(service, None, lambda done, size: None)
        story = replay(service, case_id, ReplayPurpose.SCHEDULED_REVIEW)
    report.expect(AUDITOR.key, "verify the log: findings", [], verdict.findings)
    report.expect(AUDITOR.key, "replay a case: findings", [], story.findings)
    moments = [
        as_of(case_id, when_recorded(story.events, kind), story.events)
        for kind in (ReferralOffered, OwnershipTransferred, ArrivalConfirmed)
    ]
    sender, receiver = referral.case.organisation.id, referral.receiver.id
    for then, expected in zip(moments, (sender, receiver, receiver), strict=True):
        request = f"whose the case was at {then.moment.isoformat()}"
        report.expect(AUDITOR.key, request, expected, then.organisation)
    return verdict, moments


def when_recorded(story: Sequence[Told], kind: type) -> datetime:
    """The moment of the story's first event of this kind."""
    return next(told.envelope.recorded_at for told in story if isinstance(told.event, kind))
