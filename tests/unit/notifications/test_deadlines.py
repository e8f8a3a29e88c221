"""What waits, when somebody is reminded of it, and that a reminder is one however often asked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifications.deadlines import (
    Awaited,
    Ended,
    Waiting,
    is_due,
    reminders,
    still_to_come,
    turn,
)
from shared.contracts.kinds import Urgency
from shared.contracts.notifications import NotificationKind
from tests.support.specification import NOON
from tests.unit.notifications.examples import (
    ACCEPTED,
    ARRIVED,
    CANCELLED_BY_SENDER,
    COMPLETED,
    EXPIRED,
    MOVED,
    OFFERED,
    RECEIVER,
    REFERRAL,
    REJECTED,
    SENDER,
    STARTED,
    WAITS,
)

ANSWER = Awaited(NotificationKind.OFFER_UNANSWERED, REFERRAL)
ARRIVAL = Awaited(NotificationKind.ARRIVAL_AWAITED, REFERRAL)
DAY = timedelta(days=1)
WAITING = Waiting(ANSWER, (SENDER, RECEIVER), (NOON + DAY, NOON + 2 * DAY))


def test_an_offer_waits_for_its_answer() -> None:
    assert turn(OFFERED, NOON, WAITS) == WAITING


def test_after_the_end_of_an_offer_nobody_is_reminded() -> None:
    short = replace(OFFERED, offer_until=NOON + DAY + timedelta(hours=1))
    assert turn(short, NOON, WAITS) == replace(WAITING, due=(NOON + DAY,))


def test_an_offer_shorter_than_every_wait_is_reminded_of_at_half_time() -> None:
    short = replace(OFFERED, urgency=Urgency.NORMAL, offer_until=NOON + DAY)
    assert turn(short, NOON, WAITS) == replace(WAITING, due=(NOON + DAY / 2,))


@pytest.mark.parametrize("event", [ACCEPTED, REJECTED, CANCELLED_BY_SENDER, EXPIRED])
def test_an_answer_ends_the_wait(event: object) -> None:
    assert turn(event, NOON, WAITS) == Ended(ANSWER)


def test_from_the_change_of_hands_the_arrival_is_awaited() -> None:
    assert turn(MOVED, NOON, WAITS) == Waiting(
        ARRIVAL, (SENDER, RECEIVER), (NOON + DAY, NOON + 3 * DAY)
    )
    assert turn(ARRIVED, NOON, WAITS) == Ended(ARRIVAL)


@pytest.mark.parametrize("event", [STARTED, COMPLETED])
def test_other_events_neither_begin_nor_end_a_wait(event: object) -> None:
    assert turn(event, NOON, WAITS) is None


def test_both_sides_are_reminded_when_a_moment_has_come() -> None:
    assert not is_due(WAITING, NOON + DAY - timedelta(microseconds=1))
    assert is_due(WAITING, NOON + DAY)
    told = reminders(WAITING, NOON + DAY)
    assert [(one.organisation, one.due_at) for one in told] == [
        (SENDER, NOON + DAY),
        (RECEIVER, NOON + DAY),
    ]


def test_whoever_was_away_for_several_moments_is_reminded_once() -> None:
    told = reminders(WAITING, NOON + 5 * DAY)
    assert [one.due_at for one in told] == [NOON + 2 * DAY] * 2


def test_a_reminder_asked_for_twice_is_the_same_one() -> None:
    assert reminders(WAITING, NOON + DAY) == reminders(WAITING, NOON + DAY + timedelta(hours=1))
    ids = {one.reminder_id for when in (1, 2) for one in reminders(WAITING, NOON + when * DAY)}
    assert len(ids) == 4


def test_what_is_still_to_come_stays() -> None:
    assert still_to_come(WAITING, NOON + DAY) == replace(WAITING, due=(NOON + 2 * DAY,))
    assert still_to_come(WAITING, NOON + 2 * DAY) == replace(WAITING, due=())
    assert not is_due(still_to_come(WAITING, NOON + 2 * DAY), NOON + 9 * DAY)
