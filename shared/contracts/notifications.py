"""Who must be told what. No personal data of survivors; addresses are never events."""

from enum import StrEnum
from uuid import UUID

from pydantic.dataclasses import dataclass

from shared.contracts.actor import Role
from shared.contracts.marks import EventTime


class NotificationKind(StrEnum):
    REFERRAL_OFFERED = "referral_offered"
    REFERRAL_ACCEPTED = "referral_accepted"
    REFERRAL_REJECTED = "referral_rejected"
    REFERRAL_CANCELLED = "referral_cancelled"
    REFERRAL_EXPIRED = "referral_expired"
    REFERRAL_STARTED = "referral_started"
    REFERRAL_FAILED = "referral_failed"
    REFERRAL_COMPLETED = "referral_completed"
    ARRIVAL_CONFIRMED = "arrival_confirmed"
    OFFER_UNANSWERED = "offer_unanswered"
    ARRIVAL_AWAITED = "arrival_awaited"


class DeliveryChannel(StrEnum):
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class NotificationQueued:
    """For everybody of `organisation` who has `role`; `about` is a referral."""

    notification_id: UUID
    organisation: UUID
    """Whose staff is told."""
    role: Role
    """Which of its staff."""
    kind: NotificationKind
    """What has happened."""
    about: UUID
    """The referral."""


@dataclass(frozen=True, slots=True)
class NotificationDelivered:
    """It was sent by this channel; at least once."""

    notification_id: UUID
    channel: DeliveryChannel
    """How."""


@dataclass(frozen=True, slots=True)
class NotificationSeen:
    """Somebody has marked it as seen."""

    notification_id: UUID
    staff: UUID
    """Who."""


NotificationEvent = NotificationQueued | NotificationDelivered | NotificationSeen


@dataclass(frozen=True, slots=True)
class ReminderDue:
    """Something has waited too long. `about` is a referral; `due_at` is the time that passed."""

    reminder_id: UUID
    organisation: UUID
    """Who is reminded."""
    kind: NotificationKind
    """What has waited too long."""
    about: UUID
    """The referral."""
    due_at: EventTime
    """The time that passed."""


ReminderEvent = ReminderDue
