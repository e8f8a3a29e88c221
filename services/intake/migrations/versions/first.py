"""The events, and the reports and persons of each organisation."""

import sqlalchemy as sa
from alembic import op

from shared.eventstore.migrations import create_event_tables, organisation_rows

revision = "first"
down_revision = None


def upgrade() -> None:
    create_event_tables("intake")
    reports()
    persons()


def reports() -> None:
    op.create_table(
        "reports_of_organisation",
        sa.Column("organisation", sa.Uuid, primary_key=True),
        sa.Column("report_id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("narrative", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid),
        sa.Column("case_id", sa.Uuid),
    )
    organisation_rows("reports_of_organisation")


def persons() -> None:
    op.create_table(
        "persons_of_organisation",
        sa.Column("organisation", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("names", sa.Text, nullable=False),
        sa.Column("birth_date", sa.Text),
        sa.Column("gender", sa.Text, nullable=False),
        sa.Column("citizenship", sa.Text, nullable=False),
        sa.Column("languages", sa.Text, nullable=False),
    )
    organisation_rows("persons_of_organisation")
