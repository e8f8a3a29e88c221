"""What may be asked of the directory."""

from dataclasses import dataclass
from uuid import UUID

from shared.contracts.kinds import OrganisationType


@dataclass(frozen=True, slots=True)
class RegisterOrganisation:
    organisation: UUID
    name: str
    kind: OrganisationType
    country: str
    """ISO 3166-1 alpha-2."""
    services: tuple[str, ...]
    """HTCDS 2.0 `spl_Type` values."""


DirectoryCommand = RegisterOrganisation
