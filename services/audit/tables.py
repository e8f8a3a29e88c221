"""The tables of the log and of what stands beside it, as queries name them; see migrations."""

from sqlalchemy import (
    BigInteger,
    DateTime,
    LargeBinary,
    SmallInteger,
    Text,
    Uuid,
    column,
    table,
)

LEAVES = table(
    "leaves",
    column("index", BigInteger),
    column("event_id", Uuid),
    column("service", Text),
    column("position", BigInteger),
    column("leaf", LargeBinary),
    column("leaf_hash", LargeBinary),
)
NODES = table(
    "nodes",
    column("level", SmallInteger),
    column("index", BigInteger),
    column("hash", LargeBinary),
)
TREE = table("tree", column("size", BigInteger), column("peaks", LargeBinary))
BODIES = table(
    "bodies", column("event_id", Uuid), column("stream", Text), column("body", LargeBinary)
)
STREAMS_OF_CASE = table("streams_of_case", column("case_id", Uuid), column("stream", Text))
ALARMS = table(
    "alarms",
    column("number", BigInteger),
    column("leaf", LargeBinary),
    column("kind", Text),
    column("service", Text),
    column("position", BigInteger),
    column("event_id", Uuid),
    column("raised_at", DateTime(timezone=True)),
)
