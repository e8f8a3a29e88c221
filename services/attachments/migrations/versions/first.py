"""The tables of evidence and of who has access to it."""

import sqlalchemy as sa
from alembic import op

from shared.eventstore.migrations import create_event_tables, organisation_rows, writer_rows

revision = "first"
down_revision = None


def upgrade() -> None:
    create_event_tables("attachments")
    op.create_table(
        "access_of_case",
        sa.Column("case_id", sa.Uuid, primary_key=True),
        sa.Column("organisation", sa.Uuid, primary_key=True),
        sa.Column("basis", sa.Uuid, primary_key=True),
    )
    organisation_rows("access_of_case")
    op.create_table(
        "evidence_of_organisation",
        sa.Column("organisation", sa.Uuid, primary_key=True),
        sa.Column("evidence_id", sa.Uuid, primary_key=True),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("uploaded_by", sa.Uuid, nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True)),
    )
    op.create_index(
        "files_of_case", "evidence_of_organisation", ["organisation", "case_id", "evidence_id"]
    )
    op.create_index("rows_of_file", "evidence_of_organisation", ["evidence_id"])
    op.create_index("rows_of_case", "evidence_of_organisation", ["case_id"])
    organisation_rows("evidence_of_organisation")
    op.create_table("evidence_to_seal", sa.Column("evidence_id", sa.Uuid, primary_key=True))
    writer_rows("evidence_to_seal")
