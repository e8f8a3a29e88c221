"""Who may read a case's recorded bodies, and for how long. Pure: the time comes in."""

from datetime import datetime, timedelta
from uuid import UUID

from services.audit.commands import OpenReplay
from services.audit.refusals import ReplayAlreadyOpened
from services.audit.state import NoReplay, OpenedReplay, Replay
from shared.contracts.audit import ReplayOpened

REPLAY_LASTS = timedelta(hours=1)


def decide(command: OpenReplay, replay: Replay, now: datetime) -> list[ReplayOpened]:
    """The event that opens the replay.

    Raises:
        Refused: it was opened before.
    """
    if not isinstance(replay, NoReplay):
        raise ReplayAlreadyOpened
    return [
        ReplayOpened(
            replay_id=command.replay_id,
            case_id=command.case_id,
            auditor=command.auditor,
            purpose=command.purpose,
            expires_at=now + REPLAY_LASTS,
        )
    ]


def is_open_for(replay: Replay, auditor: UUID, now: datetime) -> bool:
    """Only for the auditor who opened it, and while it lasts."""
    return (
        isinstance(replay, OpenedReplay) and replay.auditor == auditor and now < replay.expires_at
    )
