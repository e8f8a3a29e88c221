"""The events, what each organisation is told, the mail that waits, and the addresses."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from shared.eventstore.migrations import create_event_tables, organisation_rows, writer_rows

revision = "first"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_event_tables("notifications")
    notifications()
    mails_waiting()
    addresses()


def notifications() -> None:
    """In the order in which they were queued, which is what `position` tells."""
    op.create_table(
        "notifications_of_organisation",
        sa.Column("notification_id", sa.Uuid, primary_key=True),
        sa.Column("organisation", sa.Uuid, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("about", sa.Uuid, nullable=False),
        sa.Column("queued_at", MOMENT, nullable=False),
    )
    op.create_index(
        "newest_notifications", "notifications_of_organisation", ["organisation", "position"]
    )
    organisation_rows("notifications_of_organisation")
    op.create_table(
        "notifications_seen",
        sa.Column("notification_id", sa.Uuid, primary_key=True),
        sa.Column("staff", sa.Uuid, primary_key=True),
        sa.Column("organisation", sa.Uuid, nullable=False),
    )
    organisation_rows("notifications_seen")


def mails_waiting() -> None:
    op.create_table(
        "mails_waiting",
        sa.Column("notification_id", sa.Uuid, primary_key=True),
        sa.Column("organisation", sa.Uuid, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("about", sa.Uuid, nullable=False),
        sa.Column("queued_at", MOMENT, nullable=False),
        sa.Column("not_before", MOMENT, nullable=False, index=True),
    )
    writer_rows("mails_waiting")


def addresses() -> None:
    """Staff's own mail addresses: the one personal value that stands here in clear, in rows that
    change and go, never in an event."""
    op.create_table(
        "addresses",
        sa.Column("staff", sa.Uuid, primary_key=True),
        sa.Column("organisation", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("roles", ARRAY(sa.Text), nullable=False),
        sa.Column("mail", sa.Text),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("refused", sa.Boolean, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("request_hash", sa.LargeBinary, nullable=False),
    )
    writer_rows("addresses")
