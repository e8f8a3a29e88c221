"""What a notification's and a reminder's commands lead to. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from services.notifications.commands import (
    MarkSeen,
    NotificationCommand,
    QueueNotification,
    RecordDelivery,
    ReminderCommand,
)
from services.notifications.state import (
    NoNotification,
    NoReminder,
    Notification,
    QueuedNotification,
    Reminder,
)
from shared.contracts.notifications import (
    NotificationDelivered,
    NotificationEvent,
    NotificationQueued,
    NotificationSeen,
    ReminderDue,
    ReminderEvent,
)
from shared.contracts.refused import NotFound


def decide(
    command: NotificationCommand, notification: Notification, now: datetime
) -> Sequence[NotificationEvent]:
    """The events that follow from the command; doing a thing twice is no news.

    Raises:
        NotFound: no such notification, or none for this viewer.
    """
    match command:
        case QueueNotification():
            return queue(command, notification)
        case RecordDelivery():
            return record_delivery(command, notification)
        case MarkSeen():
            return mark_seen(command, notification)
        case _:
            assert_never(command)


def queue(command: QueueNotification, notification: Notification) -> list[NotificationEvent]:
    if isinstance(notification, QueuedNotification):
        return []
    return [
        NotificationQueued(
            command.notification_id,
            command.organisation,
            command.role,
            command.kind,
            command.about,
        )
    ]


def record_delivery(command: RecordDelivery, notification: Notification) -> list[NotificationEvent]:
    if isinstance(notification, NoNotification):
        raise NotFound
    if command.channel in notification.delivered_by:
        return []
    return [NotificationDelivered(notification.notification_id, command.channel)]


def mark_seen(command: MarkSeen, notification: Notification) -> list[NotificationEvent]:
    by = command.by
    if isinstance(notification, NoNotification):
        raise NotFound
    if by.organisation != notification.organisation or notification.role not in by.roles:
        raise NotFound
    if by.staff in notification.seen_by:
        return []
    return [NotificationSeen(notification.notification_id, by.staff)]


def decide_reminder(
    command: ReminderCommand, reminder: Reminder, now: datetime
) -> Sequence[ReminderEvent]:
    if not isinstance(reminder, NoReminder):
        return []
    return [
        ReminderDue(
            command.reminder_id,
            command.organisation,
            command.kind,
            command.about,
            command.due_at,
        )
    ]
