"""The fixtures that all tests share."""

from tests.support.postgres import databases, ledger, postgres

__all__ = ["databases", "ledger", "postgres"]
