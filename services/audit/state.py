"""A replay as its history left it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.audit import ReplayOpened


@dataclass(frozen=True, slots=True)
class NoReplay:
    pass


@dataclass(frozen=True, slots=True)
class OpenedReplay:
    case_id: UUID
    auditor: UUID
    expires_at: datetime


Replay = NoReplay | OpenedReplay
NEW: Replay = NoReplay()


def evolve(_: Replay, event: ReplayOpened) -> Replay:
    return OpenedReplay(event.case_id, event.auditor, event.expires_at)
