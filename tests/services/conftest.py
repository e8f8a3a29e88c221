"""The fixtures that several files of this folder share."""

from tests.services.cases_world import cases_database, world

__all__ = ["cases_database", "world"]
