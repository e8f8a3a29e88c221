"""The fixtures that all tests share."""

from tests.support import generated
from tests.support.kafka import kafka, new_topic
from tests.support.postgres import connections_end_with_their_test, databases, ledger, postgres

__all__ = [
    "connections_end_with_their_test",
    "databases",
    "generated",
    "kafka",
    "ledger",
    "new_topic",
    "postgres",
]
