"""What each organisation is told and who has seen it, and the mail that is still to be sent."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import assert_never
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping
from sqlalchemy.dialects.postgresql import insert

from services.notifications.addresses import wants_mail
from shared.contracts.actor import Role
from shared.contracts.envelope import Envelope
from shared.contracts.notifications import (
    NotificationDelivered,
    NotificationEvent,
    NotificationQueued,
    NotificationSeen,
)
from shared.eventstore.projection import Projection
from shared.eventstore.recorded import Recorded

MOMENT = sa.DateTime(timezone=True)

notifications = sa.table(
    "notifications_of_organisation",
    sa.column("notification_id", sa.Uuid),
    sa.column("organisation", sa.Uuid),
    sa.column("position", sa.BigInteger),
    sa.column("version", sa.Integer),
    sa.column("role", sa.Text),
    sa.column("kind", sa.Text),
    sa.column("about", sa.Uuid),
    sa.column("queued_at", MOMENT),
)
seen = sa.table(
    "notifications_seen",
    sa.column("notification_id", sa.Uuid),
    sa.column("staff", sa.Uuid),
    sa.column("organisation", sa.Uuid),
)
mails_waiting = sa.table(
    "mails_waiting",
    sa.column("notification_id", sa.Uuid),
    sa.column("organisation", sa.Uuid),
    sa.column("role", sa.Text),
    sa.column("about", sa.Uuid),
    sa.column("queued_at", MOMENT),
    sa.column("not_before", MOMENT),
)


def project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        if isinstance(recorded.event, NotificationEvent):
            _tell(connection, recorded.event, recorded.envelope)


def _tell(connection: Connection, event: NotificationEvent, envelope: Envelope) -> None:
    match event:
        case NotificationQueued():
            _queue(connection, event, envelope)
        case NotificationDelivered(notification_id=notification_id):
            _set_version(connection, notification_id, envelope.version)
        case NotificationSeen(notification_id=notification_id, staff=staff):
            _set_version(connection, notification_id, envelope.version)
            _see(connection, notification_id, staff)
        case _:
            assert_never(event)


def _queue(connection: Connection, event: NotificationQueued, envelope: Envelope) -> None:
    row = {
        "notification_id": event.notification_id,
        "organisation": event.organisation,
        "position": envelope.position,
        "version": envelope.version,
        "role": event.role,
        "kind": event.kind,
        "about": event.about,
        "queued_at": envelope.recorded_at,
    }
    connection.execute(insert(notifications), row)


def _see(connection: Connection, notification_id: UUID, staff: UUID) -> None:
    told = sa.select(
        notifications.c.notification_id, sa.literal(staff), notifications.c.organisation
    ).where(notifications.c.notification_id == notification_id)
    connection.execute(insert(seen).from_select(["notification_id", "staff", "organisation"], told))


def _set_version(connection: Connection, notification_id: UUID, version: int) -> None:
    connection.execute(
        sa.update(notifications)
        .where(notifications.c.notification_id == notification_id)
        .values(version=version)
    )


def project_mails(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case NotificationQueued() as event:
                row = {
                    "notification_id": event.notification_id,
                    "organisation": event.organisation,
                    "role": event.role,
                    "about": event.about,
                    "queued_at": recorded.envelope.recorded_at,
                    "not_before": recorded.envelope.recorded_at,
                }
                connection.execute(insert(mails_waiting), row)
            case NotificationDelivered(notification_id=notification_id):
                delivered = mails_waiting.c.notification_id == notification_id
                connection.execute(sa.delete(mails_waiting).where(delivered))


NOTIFICATIONS = Projection(
    "notifications.told",
    ("notifications_of_organisation", "notifications_seen"),
    (NotificationQueued, NotificationDelivered, NotificationSeen),
    project,
)
MAILS = Projection(
    "notifications.mails",
    ("mails_waiting",),
    (NotificationQueued, NotificationDelivered),
    project_mails,
)


def notifications_before(
    connection: Connection,
    staff: UUID,
    roles: Collection[Role],
    last: int | None,
    limit: int,
    *,
    unseen_only: bool,
) -> Sequence[RowMapping]:
    """The organisation's rows for any of `roles`, newest first, from behind position `last`; with
    `seen`: whether this member of the staff has seen it."""
    by_me = sa.and_(
        seen.c.notification_id == notifications.c.notification_id, seen.c.staff == staff
    )
    was_seen = seen.c.staff.is_not(None)
    query = (
        sa.select(notifications, was_seen.label("seen"))
        .select_from(notifications.outerjoin(seen, by_me))
        .where(notifications.c.role.in_(roles))
        .order_by(notifications.c.position.desc())
        .limit(limit)
    )
    if unseen_only:
        query = query.where(~was_seen)
    if last is not None:
        query = query.where(notifications.c.position < last)
    return connection.execute(query).mappings().all()


def take_mail(connection: Connection, now: datetime) -> RowMapping | None:
    """The mail that waits longest; until the transaction ends no other instance takes it."""
    query = (
        sa.select(mails_waiting)
        .where(mails_waiting.c.not_before <= now)
        .order_by(mails_waiting.c.not_before)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return connection.execute(query).mappings().one_or_none()


def drop_unwanted_mails(connection: Connection, now: datetime) -> None:
    """Those that nobody wants, but none that another instance has taken."""
    unwanted = (
        sa.select(mails_waiting.c.notification_id)
        .where(mails_waiting.c.not_before <= now)
        .where(~sa.exists().where(wants_mail(mails_waiting)))
        .with_for_update(skip_locked=True)
    )
    connection.execute(
        sa.delete(mails_waiting).where(mails_waiting.c.notification_id.in_(unwanted))
    )


def postpone_mail(connection: Connection, notification_id: UUID, until: datetime) -> None:
    taken = mails_waiting.c.notification_id == notification_id
    connection.execute(sa.update(mails_waiting).where(taken).values(not_before=until))


def drop_mail(connection: Connection, notification_id: UUID) -> None:
    """It is sent, or there is nobody to send it to."""
    taken = mails_waiting.c.notification_id == notification_id
    connection.execute(sa.delete(mails_waiting).where(taken))


def count_mails(connection: Connection) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(mails_waiting)).scalar_one()
