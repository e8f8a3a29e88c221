"""The tables of `schema.sql` that are reached through SQLAlchemy Core (see also `statements`)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)

METADATA = MetaData()

EVENTS = Table(
    "events",
    METADATA,
    Column("position", BigInteger, primary_key=True),
    Column("stream", Text),
    Column("version", Integer),
    Column("type", Text),
    Column("subject", Uuid),
    Column("body", LargeBinary),
    Column("chain", LargeBinary),
)

INBOX = Table(
    "inbox",
    METADATA,
    Column("consumer", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True, server_default="0"),
    Column("position", BigInteger),
)

PROJECTIONS = Table(
    "projections",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger),
)

PARKED = Table(
    "parked",
    METADATA,
    Column("consumer", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("stream", Text),
    Column("body", LargeBinary),
    Column("reason", Text),
    Column("parked_at", DateTime(timezone=True)),
    Column("retry_asked", Boolean),
    Column("skipped_at", DateTime(timezone=True)),
    Column("skipped_reason", Text),
)
