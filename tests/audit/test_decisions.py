"""Who may read a case's recorded bodies."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.audit.commands import OpenReplay
from services.audit.decisions import decide, is_open_for
from services.audit.refusals import ReplayAlreadyOpened
from services.audit.state import NEW, OpenedReplay, evolve
from shared.contracts.audit import ReplayOpened, ReplayPurpose
from tests.support.specification import NOON, Specification

replay = Specification(NEW, decide, evolve)

REPLAY, CASE, AUDITOR = uuid4(), uuid4(), uuid4()
HOUR = timedelta(hours=1)
OPEN = OpenReplay(REPLAY, CASE, AUDITOR, ReplayPurpose.COMPLAINT)
OPENED = ReplayOpened(REPLAY, CASE, AUDITOR, ReplayPurpose.COMPLAINT, NOON + HOUR)


def test_an_auditor_opens_a_replay_for_an_hour() -> None:
    replay.given().when(OPEN).then(OPENED)


def test_a_replay_is_not_opened_again() -> None:
    replay.given(OPENED).when(OPEN).refused(ReplayAlreadyOpened)


@pytest.mark.parametrize(
    ("auditor", "after", "may"),
    [
        (AUDITOR, timedelta(0), True),
        (AUDITOR, HOUR - timedelta(microseconds=1), True),
        (AUDITOR, HOUR, False),
        (uuid4(), timedelta(0), False),
    ],
    ids=["at once", "until the end", "after the end", "another auditor"],
)
def test_only_its_auditor_reads_and_while_it_lasts(
    auditor: UUID, after: timedelta, may: bool
) -> None:
    opened = evolve(NEW, OPENED)
    assert isinstance(opened, OpenedReplay)
    assert is_open_for(opened, auditor, NOON + after) is may


def test_nobody_reads_by_a_replay_that_was_never_opened() -> None:
    assert not is_open_for(NEW, AUDITOR, NOON)
