"""The events, the reports and persons of each organisation, and who holds their cases."""

import sqlalchemy as sa
from alembic import op

from shared.eventstore.migrations import create_event_tables, organisation_rows, writer_rows

revision = "first"
down_revision = None


def upgrade() -> None:
    create_event_tables("intake")
    reports()
    persons()
    holders()


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
    op.create_index("rows_of_report", "reports_of_organisation", ["report_id"])
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
    op.create_index("rows_of_person", "persons_of_organisation", ["person_id"])
    organisation_rows("persons_of_organisation")


def holders() -> None:
    """A fact of cases: which organisations hold a case, of whom, and from which report."""
    op.create_table(
        "holders_of_case",
        sa.Column("case_id", sa.Uuid, primary_key=True),
        sa.Column("organisation", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("report_id", sa.Uuid),
    )
    op.create_index("holders_of_person", "holders_of_case", ["person_id"])
    op.create_index("holders_of_report", "holders_of_case", ["report_id"])
    writer_rows("holders_of_case")
