"""Any sequence of commands, against a model that knows only who owns, who sent, who may write."""

from datetime import date
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.cases.commands import (
    CaseCommand,
    ConfirmArrival,
    OpenCase,
    ReassignCase,
    RecordService,
    TransferOwnership,
)
from services.cases.decisions import decide
from services.cases.state import NEW, ArrivingCase, Case, NoCase, evolve
from shared.contracts.cases import CaseEvent, OwnershipTransferred, TransferRefused
from shared.contracts.kinds import TransferRefusal
from shared.contracts.marks import Clear
from shared.contracts.refused import Refused
from tests.support.specification import NOON

CASE, PERSON = UUID(int=1), UUID(int=2)
organisations = st.sampled_from([UUID(int=n) for n in range(11, 14)])
staff = st.sampled_from([UUID(int=n) for n in range(21, 24)])
ids = st.uuids()


class OneCase(RuleBasedStateMachine):
    case: Case
    organisation: UUID
    owner: UUID
    sender: UUID | None
    """The organisation that handed the case over, until the survivor has arrived."""

    @initialize(organisation=organisations, owner=staff)
    def opened(self, organisation: UUID, owner: UUID) -> None:
        self.case = NEW
        self.organisation, self.owner, self.sender = organisation, owner, None
        assert self.ask(OpenCase(CASE, PERSON, organisation, owner))

    def ask(self, command: CaseCommand) -> list[CaseEvent] | None:
        """What followed; None where the rules said no."""
        try:
            events = decide(command, self.case, NOON)
        except Refused:
            return None
        for event in events:
            self.case = evolve(self.case, event)
        return events

    @rule(by=organisations, entry=ids)
    def record_service(self, by: UUID, entry: UUID) -> None:
        service = RecordService(by, entry, "Example Clinic", Clear("Legal"), Clear(date.min))
        assert (self.ask(service) is not None) == (by in {self.organisation, self.sender})

    @rule(by=organisations, to=staff)
    def reassign(self, by: UUID, to: UUID) -> None:
        taken = self.ask(ReassignCase(by, to)) is not None
        assert taken == (by == self.organisation)
        if taken:
            self.owner = to

    @rule(sender=organisations, receiver=organisations, owner=staff, referral=ids)
    def transfer(self, sender: UUID, receiver: UUID, owner: UUID, referral: UUID) -> None:
        events = self.ask(TransferOwnership(CASE, referral, sender, receiver, owner))
        assert events is not None, "a transfer is always answered"
        (answer,) = events
        if sender != self.organisation:
            assert isinstance(answer, TransferRefused)
            assert answer.reason is TransferRefusal.NOT_THE_OWNER
        elif self.sender is not None:
            assert isinstance(answer, TransferRefused)
            assert answer.reason is TransferRefusal.TRANSFER_AWAITS_ARRIVAL
        else:
            assert isinstance(answer, OwnershipTransferred)
            assert answer.from_owner == self.owner
            self.organisation, self.owner, self.sender = receiver, owner, sender

    @rule(by=organisations)
    def confirm_arrival(self, by: UUID) -> None:
        taken = self.ask(ConfirmArrival(by, NOON, Clear("well"))) is not None
        assert taken == (by == self.organisation and self.sender is not None)
        if taken:
            self.sender = None

    @invariant()
    def one_owner(self) -> None:
        assert not isinstance(self.case, NoCase)
        assert (self.case.organisation, self.case.owner) == (self.organisation, self.owner)
        awaited = self.case.from_organisation if isinstance(self.case, ArrivingCase) else None
        assert awaited == self.sender


OneCase.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestOneCase = OneCase.TestCase
