"""The table of what waits: each event once and in order, whatever the topic repeats."""

from datetime import timedelta

import pytest

from services.notifications.watch import Watch, is_wanted
from shared.eventstore.errors import Unprocessable
from shared.messaging.records import Record
from tests.support.specification import NOON
from tests.unit.notifications.examples import ACCEPTED, MOVED, OFFERED, STARTED, WAITS
from tests.unit.notifications.recording import record

LATER = NOON + timedelta(days=1)


@pytest.fixture
def table() -> dict[str, str]:
    return {}


@pytest.fixture
def watch(table: dict[str, str]) -> Watch:
    return Watch(table, WAITS)


def told(watch: Watch, *records: Record) -> None:
    for one in records:
        if watch.is_next("referrals", one) and is_wanted(one):
            watch.take(one.body)


def test_an_unanswered_offer_is_due(watch: Watch) -> None:
    told(watch, record(OFFERED))
    assert list(watch.due(NOON)) == []
    assert len(watch.due(LATER)) == 1


def test_an_answered_offer_waits_no_more(watch: Watch, table: dict[str, str]) -> None:
    told(watch, record(OFFERED, 1), record(ACCEPTED, 2))
    assert table == {}


def test_a_repeat_of_the_line_revives_nothing(watch: Watch, table: dict[str, str]) -> None:
    line = [record(OFFERED, 1), record(ACCEPTED, 2)]
    told(watch, *line, line[0])
    assert table == {}


def test_what_stands_beyond_a_hole_waits_until_it_comes_again(watch: Watch) -> None:
    line = [record(STARTED, 1), record(OFFERED, 2)]
    told(watch, line[1])
    assert list(watch.due(LATER)) == []
    told(watch, *line)
    assert len(watch.due(LATER)) == 1


def test_each_topic_is_a_line_of_its_own(watch: Watch) -> None:
    told(watch, record(OFFERED, 1))
    assert watch.is_next("cases", record(MOVED, 1))


def test_each_moment_is_done_once(watch: Watch, table: dict[str, str]) -> None:
    told(watch, record(OFFERED))
    for moment in (LATER, LATER + timedelta(days=1)):
        (due,) = watch.due(moment)
        watch.reminded(due, moment)
        assert list(watch.due(moment)) == []
    assert table == {}


def test_an_event_that_cannot_be_read_is_told_and_passed(watch: Watch) -> None:
    with pytest.raises(Unprocessable):
        told(watch, record(OFFERED, 1)._replace(body=b"{}"))
    told(watch, record(OFFERED, 2))
    assert len(watch.due(LATER)) == 1


def test_an_unknown_version_of_a_wanted_event_is_wanted() -> None:
    assert is_wanted(record(OFFERED)._replace(type="vcms.referrals.referral_offered.v9"))
    assert not is_wanted(record(STARTED))
