"""The events, what each organisation may see of cases, and the facts of other services."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.eventstore.migrations import create_event_tables, organisation_rows, writer_rows

revision = "first"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_event_tables("cases")
    cases()
    numbers()
    timeline()
    partings()
    persons()
    grants()


def cases() -> None:
    """A row for each organisation that may see the case, with why and what."""
    op.create_table(
        "cases_of_organisation",
        sa.Column("organisation", sa.Uuid, primary_key=True),
        sa.Column("case_id", sa.Uuid, primary_key=True),
        sa.Column("held_by", sa.Text, nullable=False),
        sa.Column("categories", ARRAY(sa.Text), nullable=False),
        sa.Column("opened", sa.BigInteger, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("owner_organisation", sa.Uuid, nullable=False),
        sa.Column("owner", sa.Uuid, nullable=False),
        sa.Column("arriving_from", sa.Uuid),
        sa.Column("profile", sa.Text),
        *identity(),
    )
    # Every entry changes its case's version: in the same page, so that no index hears of it.
    op.execute("ALTER TABLE cases_of_organisation SET (fillfactor = 70)")
    op.create_index("worklist", "cases_of_organisation", ["organisation", "opened"])
    op.create_index("rows_of_case", "cases_of_organisation", ["case_id"])
    op.create_index("rows_of_person", "cases_of_organisation", ["person_id"])
    organisation_rows("cases_of_organisation")


def numbers() -> None:
    op.create_table(
        "numbers_of_case",
        sa.Column("organisation", sa.Uuid, primary_key=True),
        sa.Column("case_id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Text),
        sa.Column("valid_to", sa.Text),
    )
    organisation_rows("numbers_of_case")


def timeline() -> None:
    """`fields` holds an event's open values, `sealed` its personal ones."""
    op.create_table(
        "timeline_of_case",
        sa.Column("organisation", sa.Uuid, primary_key=True),
        sa.Column("case_id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, primary_key=True),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("fields", JSONB, nullable=False),
        sa.Column("sealed", JSONB, nullable=False),
    )
    organisation_rows("timeline_of_case")


def partings() -> None:
    """Who has handed a case of a person over, and seen the arrival confirmed."""
    op.create_table(
        "partings",
        sa.Column("organisation", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, primary_key=True),
    )
    organisation_rows("partings")


def persons() -> None:
    """A fact of intake: who registered the person, and the sealed identity."""
    op.create_table(
        "persons_of_organisation",
        sa.Column("organisation", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, primary_key=True),
        *identity(),
    )
    organisation_rows("persons_of_organisation")


def grants() -> None:
    """A fact of referrals: what a service's provider may see while the referral lasts."""
    op.create_table(
        "grants",
        sa.Column("case_id", sa.Uuid, primary_key=True),
        sa.Column("referral_id", sa.Uuid, primary_key=True),
        sa.Column("organisation", sa.Uuid, nullable=False),
        sa.Column("granted_by", sa.Uuid, nullable=False),
        sa.Column("categories", ARRAY(sa.Text), nullable=False),
    )
    writer_rows("grants")


def identity() -> list[sa.Column[str]]:
    names = ("names", "birth_date", "gender", "citizenship", "languages")
    return [sa.Column(name, sa.Text) for name in names]
