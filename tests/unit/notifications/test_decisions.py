"""What becomes of a notification and of a reminder."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.notifications.commands import (
    MarkSeen,
    NotificationCommand,
    QueueNotification,
    RecordDelivery,
    Remind,
    ReminderCommand,
)
from services.notifications.decisions import decide, decide_reminder
from services.notifications.state import (
    NEW,
    NEW_REMINDER,
    Notification,
    Reminder,
    evolve,
    evolve_reminder,
)
from shared.contracts.actor import Role, Staff
from shared.contracts.notifications import (
    DeliveryChannel,
    NotificationDelivered,
    NotificationEvent,
    NotificationKind,
    NotificationQueued,
    NotificationSeen,
    ReminderDue,
    ReminderEvent,
)
from shared.contracts.refused import NotFound
from tests.support.specification import NOON, Specification
from tests.unit.notifications.examples import RECEIVER, REFERRAL, SENDER, STAFF

notification: Specification[NotificationCommand, Notification, NotificationEvent] = Specification(
    NEW, decide, evolve
)
reminder: Specification[ReminderCommand, Reminder, ReminderEvent] = Specification(
    NEW_REMINDER, decide_reminder, evolve_reminder
)

ID = UUID(int=100)
FACTS = (ID, RECEIVER, Role.SUPERVISOR, NotificationKind.REFERRAL_OFFERED, REFERRAL)
QUEUE = QueueNotification(*FACTS)
QUEUED = NotificationQueued(*FACTS)
DELIVER = RecordDelivery(DeliveryChannel.MAIL)
DELIVERED = NotificationDelivered(ID, DeliveryChannel.MAIL)
SUPERVISOR = Staff(RECEIVER, STAFF, frozenset({Role.SUPERVISOR}))
SEEN = NotificationSeen(ID, STAFF)


def test_a_notification_is_queued_once() -> None:
    notification.given().when(QUEUE).then(QUEUED)
    notification.given(QUEUED).when(QUEUE).then()


def test_a_delivery_is_recorded_once() -> None:
    notification.given(QUEUED).when(DELIVER).then(DELIVERED)
    notification.given(QUEUED, DELIVERED).when(DELIVER).then()


def test_each_member_sees_it_once() -> None:
    colleague = replace(SUPERVISOR, staff=UUID(int=101))
    notification.given(QUEUED).when(MarkSeen(SUPERVISOR)).then(SEEN)
    notification.given(QUEUED, SEEN).when(MarkSeen(SUPERVISOR)).then()
    notification.given(QUEUED, SEEN).when(MarkSeen(colleague)).then(
        NotificationSeen(ID, colleague.staff)
    )


@pytest.mark.parametrize(
    "stranger",
    [
        replace(SUPERVISOR, organisation=SENDER),
        replace(SUPERVISOR, roles=frozenset({Role.CASEWORKER})),
    ],
)
def test_whoever_is_not_addressed_finds_nothing(stranger: Staff) -> None:
    notification.given(QUEUED).when(MarkSeen(stranger)).refused(NotFound)


@pytest.mark.parametrize("command", [DELIVER, MarkSeen(SUPERVISOR)])
def test_nothing_becomes_of_what_was_never_queued(command: NotificationCommand) -> None:
    notification.given().when(command).refused(NotFound)


def test_a_reminder_is_given_once() -> None:
    facts = (ID, RECEIVER, NotificationKind.OFFER_UNANSWERED, REFERRAL, NOON)
    reminder.given().when(Remind(*facts)).then(ReminderDue(*facts))
    reminder.given(ReminderDue(*facts)).when(Remind(*facts)).then()
