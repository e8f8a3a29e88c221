"""What an auditor may ask for."""

from dataclasses import dataclass
from uuid import UUID

from shared.contracts.audit import ReplayPurpose


@dataclass(frozen=True, slots=True)
class OpenReplay:
    replay_id: UUID
    case_id: UUID
    auditor: UUID
    purpose: ReplayPurpose


ReplayCommand = OpenReplay
