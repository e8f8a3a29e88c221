"""The main job: cases, 40 referrals, one log; with two instances of every service."""

import asyncio

import pytest

from cli.demo.referring import Ending
from tests.scenarios.conftest import Played
from tests.scenarios.history import check_histories, check_owners
from tests.scenarios.stack import Whole

pytestmark = [pytest.mark.stack, pytest.mark.chaos]


def test_everything_that_the_story_expects_comes_true(played: Played) -> None:
    assert played.report.broken == []
    assert len(played.report.expectations) > 900


def test_forty_referrals_end_in_every_way_and_a_dozen_transfers_change_hands(
    played: Played,
) -> None:
    plans = [referral.plan for referral in played.told.referrals]
    assert len(plans) == 40
    assert {plan.ending for plan in plans} == set(Ending)
    moved = [plan for plan in plans if (plan.kind, plan.ending) == ("transfer", Ending.COMPLETED)]
    assert len(moved) >= 12


def test_tables_topics_and_log_tell_the_same_history(whole: Whole, played: Played) -> None:
    asyncio.run(whole.settle())
    assert check_histories(whole) > 900


def test_every_transferred_case_has_one_owner_everywhere(whole: Whole, played: Played) -> None:
    asyncio.run(whole.settle())
    assert check_owners(whole) >= 12
