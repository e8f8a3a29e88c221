"""Wrapped keys by subject. The services' role adds and reads; it can neither change nor destroy."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "subject_keys",
        sa.Column("subject", sa.Uuid, primary_key=True),
        sa.Column("wrapped", sa.LargeBinary, comment="null: destroyed, and never made again"),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.Column("destroyed_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "(wrapped IS NULL) = (destroyed_at IS NOT NULL)", "wrapped_or_destroyed"
        ),
    )
    op.execute("GRANT USAGE ON SCHEMA public TO keys_sealer")
    op.execute("GRANT SELECT, INSERT ON subject_keys TO keys_sealer")
