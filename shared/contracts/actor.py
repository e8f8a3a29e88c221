"""Who did it: a person on the staff of an organisation, or a service of the platform itself."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    INTAKE_OFFICER = "intake_officer"
    CASEWORKER = "caseworker"
    SUPERVISOR = "supervisor"
    INVESTIGATOR = "investigator"
    ORG_ADMIN = "org_admin"
    AUDITOR = "auditor"
    PARTNER_SYSTEM = "partner_system"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Staff:
    """A signed-in member of an organisation; `staff` is an opaque id, never a name or address."""

    organisation: UUID
    staff: UUID
    roles: frozenset[Role] = frozenset()

    def __str__(self) -> str:
        return f"staff:{self.organisation}:{self.staff}"


@dataclass(frozen=True, slots=True)
class System:
    """A service that reacts to an event or to the clock."""

    service: str

    def __str__(self) -> str:
        return f"system:{self.service}"


Actor = Staff | System
