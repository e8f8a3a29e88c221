"""The one answer to "what may this viewer see of this record?". Pure; every read path asks it.

A view is made of permitted categories only, and only what is in the view is opened.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from shared.contracts.actor import Role, Staff
from shared.contracts.kinds import EVERYTHING, Category


class Right(StrEnum):
    """Why an organisation holds a record."""

    OWNER = "owner"
    HAND_OVER = "hand_over"
    """It gave the case away; until the survivor's arrival is confirmed it still reads."""
    GRANTED = "granted"


@dataclass(frozen=True, slots=True)
class Holding:
    """One organisation's right to one record. An owner's right does not depend on `categories`."""

    organisation: UUID
    right: Right
    categories: frozenset[Category] = frozenset()


READERS = frozenset({Role.INTAKE_OFFICER, Role.CASEWORKER, Role.SUPERVISOR, Role.INVESTIGATOR})
"""Those who work with survivors. Who runs, administers or audits the platform reads no case."""

NOTHING: frozenset[Category] = frozenset()


def permitted(viewer: Staff, holdings: Iterable[Holding]) -> frozenset[Category]:
    """What the viewer may see of the record. When empty, the answer is the same as for a record
    that does not exist."""
    if READERS.isdisjoint(viewer.roles):
        return NOTHING
    own = (holding for holding in holdings if holding.organisation == viewer.organisation)
    return NOTHING.union(*map(disclosed_by, own))


def disclosed_by(holding: Holding) -> frozenset[Category]:
    match holding.right:
        case Right.OWNER:
            return frozenset(EVERYTHING)
        case Right.HAND_OVER | Right.GRANTED:
            return holding.categories
        case _:
            assert_never(holding.right)
