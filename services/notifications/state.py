"""A notification, and a reminder, as its history left it."""

from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from shared.contracts.actor import Role
from shared.contracts.notifications import (
    DeliveryChannel,
    NotificationDelivered,
    NotificationEvent,
    NotificationQueued,
    NotificationSeen,
    ReminderEvent,
)


@dataclass(frozen=True, slots=True)
class NoNotification:
    pass


@dataclass(frozen=True, slots=True)
class QueuedNotification:
    notification_id: UUID
    organisation: UUID
    role: Role
    delivered_by: frozenset[DeliveryChannel] = frozenset()
    seen_by: frozenset[UUID] = frozenset()


Notification = NoNotification | QueuedNotification
NEW: Notification = NoNotification()


def evolve(notification: Notification, event: NotificationEvent) -> Notification:
    match event:
        case NotificationQueued():
            return QueuedNotification(event.notification_id, event.organisation, event.role)
        case NotificationDelivered(channel=channel):
            queued = _queued(notification)
            return replace(queued, delivered_by=queued.delivered_by | {channel})
        case NotificationSeen(staff=staff):
            queued = _queued(notification)
            return replace(queued, seen_by=queued.seen_by | {staff})
        case _:
            assert_never(event)


def _queued(notification: Notification) -> QueuedNotification:
    assert isinstance(notification, QueuedNotification)
    return notification


@dataclass(frozen=True, slots=True)
class NoReminder:
    pass


@dataclass(frozen=True, slots=True)
class GivenReminder:
    pass


Reminder = NoReminder | GivenReminder
NEW_REMINDER: Reminder = NoReminder()


def evolve_reminder(_: Reminder, event: ReminderEvent) -> Reminder:
    return GivenReminder()
