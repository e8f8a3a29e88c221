"""The fixtures that all tests share."""

import gc

from tests.support import generated
from tests.support.kafka import kafka, new_topic, own_kafka
from tests.support.keys import keys_database, sealer_role
from tests.support.postgres import connections_end_with_their_test, databases, ledger, postgres

gc.set_threshold(10_000)  # most of what modules make lives to the end: look at it less often

__all__ = [
    "connections_end_with_their_test",
    "databases",
    "generated",
    "kafka",
    "keys_database",
    "ledger",
    "new_topic",
    "own_kafka",
    "postgres",
    "sealer_role",
]
