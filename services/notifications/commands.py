"""What may be asked of a notification, and of a reminder."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.actor import Role, Staff
from shared.contracts.notifications import DeliveryChannel, NotificationKind


@dataclass(frozen=True, slots=True)
class QueueNotification:
    """Tell everybody of `organisation` who has `role`."""

    notification_id: UUID
    organisation: UUID
    role: Role
    kind: NotificationKind
    about: UUID
    """A referral."""


@dataclass(frozen=True, slots=True)
class RecordDelivery:
    """The channel's server has taken it."""

    channel: DeliveryChannel


@dataclass(frozen=True, slots=True)
class MarkSeen:
    by: Staff


NotificationCommand = QueueNotification | RecordDelivery | MarkSeen


@dataclass(frozen=True, slots=True)
class Remind:
    """Something has waited since before `due_at`."""

    reminder_id: UUID
    organisation: UUID
    kind: NotificationKind
    about: UUID
    due_at: datetime


ReminderCommand = Remind
