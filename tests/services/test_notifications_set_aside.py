"""What the timers could not read waits for an operator, who has it tried again or skips it."""

import pytest
from sqlalchemy import Engine

from services.notifications.set_aside import SetAside
from services.notifications.timers import NAME, SOURCES
from shared.eventstore import parking
from shared.eventstore.connections import engine
from shared.eventstore.parking import Parked
from shared.messaging.records import Record
from tests.support.postgres import Databases

pytestmark = pytest.mark.stack

RECORD = Record(7, "vcms.referrals.referral_offered.v9", "referral-1", "an id", b"{}")
EVENT = Parked(NAME, "referrals", 7, RECORD.stream, RECORD.body, "UnknownType")


@pytest.fixture
def database(databases: Databases) -> Engine:
    return engine(databases.of("notifications").writer)


@pytest.fixture
def set_aside(database: Engine) -> SetAside:
    made = SetAside(database, NAME, SOURCES)
    made.begin_anew()
    made.put("referrals", RECORD, EVENT.reason)
    return made


def test_it_is_counted_and_its_stream_is_held_back(set_aside: SetAside) -> None:
    assert set_aside.count() == 1
    assert set_aside.streams == {RECORD.stream}


def test_a_retry_that_an_operator_asks_for_is_noticed(
    set_aside: SetAside, database: Engine
) -> None:
    assert not set_aside.wants_anew()
    with database.begin() as connection:
        parking.ask_retry(connection, NAME, "referrals", RECORD.stream)
    assert set_aside.wants_anew()


def test_a_retry_that_succeeds_ends_the_wait(set_aside: SetAside) -> None:
    set_aside.begin_anew()
    set_aside.was_read("referrals", RECORD)
    assert set_aside.count() == 0
    assert not set_aside.wants_anew()


def test_a_retry_that_fails_waits_for_the_operator_again(
    set_aside: SetAside, database: Engine
) -> None:
    with database.begin() as connection:
        parking.ask_retry(connection, NAME, "referrals", RECORD.stream)
    set_aside.begin_anew()
    set_aside.put("referrals", RECORD, EVENT.reason)
    assert set_aside.count() == 1
    assert not set_aside.wants_anew()


def test_what_was_skipped_is_passed_over_from_then_on(
    set_aside: SetAside, database: Engine
) -> None:
    with database.begin() as connection:
        parking.skip(connection, EVENT, "written by a broken release")
    assert set_aside.count() == 0
    assert set_aside.wants_anew()
    set_aside.begin_anew()
    assert set_aside.was_skipped("referrals", RECORD)
    assert not set_aside.wants_anew()


def test_another_instance_that_begins_anew_takes_nothing_away(
    set_aside: SetAside, database: Engine
) -> None:
    SetAside(database, NAME, SOURCES).begin_anew()
    assert set_aside.count() == 1
    assert not set_aside.wants_anew()


def test_another_consumers_events_are_none_of_its_business(
    set_aside: SetAside, database: Engine
) -> None:
    with database.begin() as connection:
        other = Parked("notifications.referrals", "referrals", 8, "referral-2", b"{}", "away")
        parking.park(connection, [other])
        parking.ask_retry(connection, other.consumer, "referrals", "referral-2")
    assert not set_aside.wants_anew()
    assert set_aside.count() == 1
