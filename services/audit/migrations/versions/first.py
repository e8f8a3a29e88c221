"""The events of audit itself; the log, which is only added to; bodies, and where a case's are."""

import sqlalchemy as sa
from alembic import op

from shared.eventstore.migrations import create_event_tables

revision = "first"
down_revision = None


def upgrade() -> None:
    create_event_tables("audit")
    leaves()
    nodes()
    tree()
    bodies()
    streams_of_case()
    alarms()
    only_added_to("leaves", "nodes", "bodies", "streams_of_case", "alarms")


def leaves() -> None:
    """One for each event id; `index` is 0, 1, 2 ... without a gap."""
    op.create_table(
        "leaves",
        sa.Column("index", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("service", "position"),
    )


def nodes() -> None:
    """Hashes of the perfect subtrees at levels 8, 16, 24 ...; level 0 is in `leaves`."""
    op.create_table(
        "nodes",
        sa.Column("level", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("index", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )


def tree() -> None:
    """One row: how many leaves, and the subtrees at the right edge, 32 bytes each."""
    op.create_table(
        "tree",
        sa.Column("only_row", sa.Boolean, primary_key=True, server_default=sa.true()),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("peaks", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("only_row"),
    )
    op.execute("INSERT INTO tree (size, peaks) VALUES (0, '')")
    op.execute("GRANT SELECT, UPDATE ON tree TO audit_writer")
    op.execute("GRANT SELECT ON tree TO audit_reader")


def bodies() -> None:
    """Each event as it was received, byte for byte: ciphertext where it speaks of a person."""
    op.create_table(
        "bodies",
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("stream", sa.Text, nullable=False, index=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )


def streams_of_case() -> None:
    """Which streams tell a case's story."""
    op.create_table(
        "streams_of_case",
        sa.Column("case_id", sa.Uuid, primary_key=True),
        sa.Column("stream", sa.Text, primary_key=True),
    )


def alarms() -> None:
    """Events that contradict the log: `leaf` is what they would have been."""
    op.create_table(
        "alarms",
        sa.Column("number", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("leaf", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column(
            "raised_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
    )


def only_added_to(*tables: str) -> None:
    """Two walls: the roles may not change a row, and a trigger refuses whoever may."""
    op.execute(
        "CREATE FUNCTION refuse_change_of_log() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RAISE EXCEPTION ''the log is only added to''; END'"
    )
    for table in tables:
        op.execute(
            f"CREATE TRIGGER {table}_stand BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log()"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO audit_writer")
        op.execute(f"GRANT SELECT ON {table} TO audit_reader")
