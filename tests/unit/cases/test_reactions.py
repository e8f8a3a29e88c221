"""What follows from other services' events: the same commands whenever they come again."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.cases.commands import OpenCase, TransferOwnership
from services.cases.reactions import answer_transfer, open_accepted
from shared.contracts.actor import System
from shared.contracts.envelope import Envelope
from shared.contracts.intake import ReportAccepted
from shared.contracts.kinds import ReferralKind
from shared.contracts.referrals import Parties, ReferralAccepted, ReferralStarted
from shared.eventstore.recorded import Recorded
from tests.support.specification import NOON
from tests.unit.cases.history import ANNA, CASE, CLARA, CLINIC, PERSON, REFERRAL, SHELTER

REPORT, EVENT = UUID(int=31), UUID(int=32)
PARTIES = Parties(REFERRAL, ReferralKind.TRANSFER, CASE, PERSON, SHELTER, CLINIC)


def recorded(event: object) -> Recorded:
    envelope = Envelope(
        id=EVENT,
        service="elsewhere",
        type="",
        stream="",
        version=1,
        position=1,
        occurred_at=NOON,
        recorded_at=NOON,
        actor="",
        subject=None,
        correlation_id=UUID(int=33),
        causation_id=UUID(int=34),
        nonce="",
        data={},
    )
    return Recorded(envelope, event)


def test_an_accepted_report_opens_its_case() -> None:
    accepted = ReportAccepted(REPORT, SHELTER, PERSON, CASE, ANNA)
    (call,) = open_accepted(recorded(accepted))
    assert call.command == OpenCase(CASE, PERSON, SHELTER, ANNA, REPORT)
    assert (call.stream, call.subject, call.actor) == (f"case-{CASE}", PERSON, System("cases"))


def test_an_accepted_transfer_asks_the_case() -> None:
    (call,) = answer_transfer(recorded(ReferralAccepted(PARTIES, CLARA)))
    assert call.command == TransferOwnership(CASE, REFERRAL, SHELTER, CLINIC, CLARA)
    assert (call.stream, call.subject, call.causation_id) == (f"case-{CASE}", PERSON, EVENT)


def test_an_accepted_service_leaves_the_owner_alone() -> None:
    service = replace(PARTIES, kind=ReferralKind.SERVICE)
    assert answer_transfer(recorded(ReferralAccepted(service, CLARA))) == ()


@pytest.mark.parametrize("event", [ReferralStarted(PARTIES), object()])
def test_nothing_follows_from_other_events(event: object) -> None:
    assert (open_accepted(recorded(event)), answer_transfer(recorded(event))) == ((), ())


def test_a_repeat_of_the_event_is_the_same_command() -> None:
    event = recorded(ReferralAccepted(PARTIES, CLARA))
    assert answer_transfer(event) == answer_transfer(event)
    other = Recorded(event.envelope._replace(id=uuid4()), event.event)
    assert answer_transfer(other)[0].command_id != answer_transfer(event)[0].command_id
