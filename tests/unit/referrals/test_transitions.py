"""Any run of commands by anybody at any time keeps to the transitions of the domain.

The model knows only the list of transitions and who sets them; it shares no code with the service.
"""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.referrals.commands import (
    AcceptReferral,
    CancelReferral,
    CompleteReferral,
    ExpireReferral,
    FailReferral,
    ReferralCommand,
    RejectReferral,
    StartReferral,
    StartTransferredReferral,
)
from services.referrals.decisions import decide
from services.referrals.state import NEW, Referral, evolve
from shared.contracts.kinds import ReferralKind, TransferRefusal, Urgency
from shared.contracts.referrals import (
    DisclosureGranted,
    ReferralAccepted,
    ReferralCancelled,
    ReferralCompleted,
    ReferralEvent,
    ReferralExpired,
    ReferralFailed,
    ReferralOffered,
    ReferralRejected,
    ReferralStarted,
)
from shared.contracts.refused import Refused
from tests.support.specification import NOON
from tests.unit.referrals.examples import (
    LIMITS,
    OFFER_SERVICE,
    OUTCOME,
    OWNER,
    REASON,
    RECEIVER,
    SENDER,
    STRANGER,
)

TRANSITIONS = {
    "service": {
        "requested": {"accepted", "rejected", "cancelled", "expired"},
        "accepted": {"in-progress", "completed", "cancelled"},
        "in-progress": {"completed", "cancelled"},
    },
    "transfer": {
        "requested": {"accepted", "rejected", "cancelled", "expired"},
        "accepted": {"in-progress", "failed"},
        "in-progress": {"completed"},
    },
}
STATUS_AFTER = {
    ReferralOffered: "requested",
    ReferralAccepted: "accepted",
    ReferralRejected: "rejected",
    ReferralCancelled: "cancelled",
    ReferralExpired: "expired",
    ReferralStarted: "in-progress",
    ReferralFailed: "failed",
    ReferralCompleted: "completed",
}
OFFER_CLOSES = {"accepted", "rejected", "cancelled"}
"""What can be set only while the offer stands, if it is set on an offer."""


class ReferralMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.referral: Referral = NEW
        self.now = NOON
        self.kind = "service"
        self.status = "requested"
        self.offer_until = NOON
        self.passed: list[str] = []
        self.disclosed_in: list[str] = []

    @initialize(kind=st.sampled_from(ReferralKind), hours=st.integers(1, 14 * 24))
    def offer(self, kind: ReferralKind, hours: int) -> None:
        self.kind, self.offer_until = kind.value, NOON + timedelta(hours=hours)
        command = replace(
            OFFER_SERVICE, kind=kind, urgency=Urgency.NORMAL, offer_until=self.offer_until
        )
        assert [type(event) for event in self._ask(command)] == [ReferralOffered]

    @rule(hours=st.integers(0, 7 * 24))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(by=st.sampled_from([SENDER, RECEIVER, STRANGER]))
    def accept(self, by: UUID) -> None:
        self._expect("accepted", AcceptReferral(by, OWNER), allowed=by == RECEIVER)

    @rule(by=st.sampled_from([SENDER, RECEIVER, STRANGER]))
    def reject(self, by: UUID) -> None:
        self._expect("rejected", RejectReferral(by, REASON), allowed=by == RECEIVER)

    @rule(by=st.sampled_from([SENDER, RECEIVER, STRANGER]))
    def cancel(self, by: UUID) -> None:
        self._expect("cancelled", CancelReferral(by, REASON), allowed=by != STRANGER)

    @rule(by=st.sampled_from([SENDER, RECEIVER, STRANGER]))
    def start(self, by: UUID) -> None:
        allowed = by == RECEIVER and self.kind == "service"
        self._expect("in-progress", StartReferral(by), allowed=allowed)

    @rule(by=st.sampled_from([SENDER, RECEIVER, STRANGER]))
    def complete(self, by: UUID) -> None:
        self._expect("completed", CompleteReferral(by, OUTCOME), allowed=by == RECEIVER)

    @rule()
    def expire(self) -> None:
        self._expect("expired", ExpireReferral(), allowed=self.now >= self.offer_until)

    @rule()
    def the_case_changes_hands(self) -> None:
        allowed = self.kind == "transfer"
        self._expect("in-progress", StartTransferredReferral(), allowed=allowed)

    @rule()
    def the_case_stays(self) -> None:
        self._expect("failed", FailReferral(TransferRefusal.NOT_THE_OWNER), allowed=True)

    @invariant()
    def a_disclosure_is_granted_at_its_time_and_once(self) -> None:
        granted_in = "accepted" if self.kind == "service" else "in-progress"
        assert self.disclosed_in == [status for status in self.passed if status == granted_in]

    def _expect(self, status: str, command: ReferralCommand, *, allowed: bool) -> None:
        follows = status in TRANSITIONS[self.kind].get(self.status, set())
        late = self.status == "requested" and status in OFFER_CLOSES and self._offer_is_over()
        before = self.status
        events = self._ask(command)
        assert bool(events) == (allowed and follows and not late), (before, status)
        assert self.status == (status if events else before)

    def _offer_is_over(self) -> bool:
        return self.now >= self.offer_until

    def _ask(self, command: ReferralCommand) -> list[ReferralEvent]:
        try:
            events = list(decide(LIMITS, command, self.referral, self.now))
        except Refused:
            return []
        for event in events:
            self.referral = evolve(self.referral, event)
            if isinstance(event, DisclosureGranted):
                self.disclosed_in.append(self.status)
            else:
                self.status = STATUS_AFTER[type(event)]
                self.passed.append(self.status)
        return events


TestReferralMachine = ReferralMachine.TestCase
TestReferralMachine.settings = settings(max_examples=200, stateful_step_count=12, deadline=None)
