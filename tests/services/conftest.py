"""The fixtures that several files of this folder share."""

from tests.services.cases_world import cases_database, world
from tests.services.referrals_world import scene

__all__ = ["cases_database", "scene", "world"]
