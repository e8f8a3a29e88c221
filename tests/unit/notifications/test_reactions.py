"""Who is told what, and that a repeat tells nobody anew."""

from collections.abc import Callable, Sequence
from uuid import UUID

import pytest

from services.notifications.commands import QueueNotification
from services.notifications.reactions import on_case, on_referral, on_reminder
from shared.contracts.actor import Role
from shared.contracts.notifications import NotificationKind as Kind
from shared.contracts.notifications import ReminderDue
from shared.eventstore.calls import Call
from shared.eventstore.recorded import Recorded
from tests.support.specification import NOON
from tests.unit.notifications.examples import (
    ACCEPTED,
    ARRIVED,
    CANCELLED_BY_RECEIVER,
    CANCELLED_BY_SENDER,
    COMPLETED,
    EXPIRED,
    FAILED,
    MOVED,
    OFFERED,
    RECEIVER,
    REFERRAL,
    REJECTED,
    SENDER,
    STARTED,
)
from tests.unit.notifications.recording import recorded

SENDERS = (SENDER, Role.CASEWORKER)
RECEIVERS = (RECEIVER, Role.SUPERVISOR)

React = Callable[[Recorded], Sequence[Call]]


@pytest.mark.parametrize(
    ("react", "event", "kind", "told"),
    [
        (on_referral, OFFERED, Kind.REFERRAL_OFFERED, [RECEIVERS]),
        (on_referral, ACCEPTED, Kind.REFERRAL_ACCEPTED, [SENDERS]),
        (on_referral, REJECTED, Kind.REFERRAL_REJECTED, [SENDERS]),
        (on_referral, EXPIRED, Kind.REFERRAL_EXPIRED, [SENDERS]),
        (on_referral, STARTED, Kind.REFERRAL_STARTED, [SENDERS]),
        (on_referral, FAILED, Kind.REFERRAL_FAILED, [SENDERS, RECEIVERS]),
        (on_referral, COMPLETED, Kind.REFERRAL_COMPLETED, [SENDERS]),
        (on_referral, CANCELLED_BY_SENDER, Kind.REFERRAL_CANCELLED, [RECEIVERS]),
        (on_referral, CANCELLED_BY_RECEIVER, Kind.REFERRAL_CANCELLED, [SENDERS]),
        (on_case, ARRIVED, Kind.ARRIVAL_CONFIRMED, [SENDERS]),
    ],
)
def test_who_is_told(
    react: React, event: object, kind: Kind, told: list[tuple[UUID, Role]]
) -> None:
    commands = [call.command for call in react(recorded(event))]
    assert all(isinstance(command, QueueNotification) for command in commands)
    assert [
        (command.organisation, command.role, command.kind, command.about)
        for command in commands
        if isinstance(command, QueueNotification)
    ] == [(*audience, kind, REFERRAL) for audience in told]


@pytest.mark.parametrize(
    ("kind", "role"),
    [(Kind.OFFER_UNANSWERED, Role.SUPERVISOR), (Kind.ARRIVAL_AWAITED, Role.CASEWORKER)],
)
def test_a_reminder_goes_to_those_who_can_end_the_wait(kind: Kind, role: Role) -> None:
    due = ReminderDue(UUID(int=100), SENDER, kind, REFERRAL, NOON)
    (call,) = on_reminder(recorded(due))
    assert isinstance(call.command, QueueNotification)
    assert (call.command.organisation, call.command.role) == (SENDER, role)


def test_a_repeat_of_the_event_asks_for_the_same_commands() -> None:
    assert on_referral(recorded(FAILED)) == on_referral(recorded(FAILED))


def test_each_audience_has_a_notification_of_its_own() -> None:
    first, second = on_referral(recorded(FAILED))
    assert first.stream != second.stream
    assert first.command_id != second.command_id


def test_a_change_of_hands_is_told_by_the_referral_and_not_twice() -> None:
    assert list(on_case(recorded(MOVED))) == []
