"""The fixtures that all tests share."""

from tests.support import generated
from tests.support.kafka import kafka, new_topic
from tests.support.postgres import databases, ledger, postgres

__all__ = ["databases", "generated", "kafka", "ledger", "new_topic", "postgres"]
