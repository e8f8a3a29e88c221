"""The events, both organisations' view of each referral, the clock's work list, the directory."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from shared.eventstore.migrations import create_event_tables, organisation_rows, writer_rows

revision = "first"
down_revision = None


def upgrade() -> None:
    create_event_tables("referrals")
    referrals()
    offers_waiting()
    case_owners()
    organisations()


def referrals() -> None:
    """A row for the sender and a row for the receiver, each with what its reader may know."""
    op.create_table(
        "referrals_of_organisation",
        sa.Column("organisation", sa.Uuid, primary_key=True),
        sa.Column("referral_id", sa.Uuid, primary_key=True),
        sa.Column("box", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("urgency", sa.Text, nullable=False),
        sa.Column("from_organisation", sa.Uuid, nullable=False),
        sa.Column("to_organisation", sa.Uuid, nullable=False),
        sa.Column("categories", ARRAY(sa.Text), nullable=False),
        sa.Column("case_id", sa.Uuid),
        sa.Column("owner", sa.Uuid),
        sa.Column("offer", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("refusal", sa.Text),
        sa.Column("outcome", sa.Text),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offer_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True)),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
    )
    op.create_index(
        "referrals_of_box", "referrals_of_organisation", ["organisation", "box", "referral_id"]
    )
    organisation_rows("referrals_of_organisation")


def offers_waiting() -> None:
    """What the clock has to expire."""
    op.create_table(
        "offers_waiting",
        sa.Column("referral_id", sa.Uuid, primary_key=True),
        sa.Column("offer_until", sa.DateTime(timezone=True), nullable=False, index=True),
    )
    writer_rows("offers_waiting")


def case_owners() -> None:
    """A fact of the case: who owns it, and whose case it is."""
    op.create_table(
        "case_owners",
        sa.Column("case_id", sa.Uuid, primary_key=True),
        sa.Column("organisation", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
    )
    organisation_rows("case_owners")


def organisations() -> None:
    """The directory, which every member reads."""
    op.create_table(
        "organisations",
        sa.Column("organisation", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("services", ARRAY(sa.Text), nullable=False),
    )
    writer_rows("organisations")
    op.execute("GRANT SELECT ON organisations TO referrals_reader")
