"""What may be offered, and how long an offer may stand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.referrals.commands import OfferReferral
from services.referrals.refusals import (
    AddresseeIsNotRegistered,
    AddresseeIsTheSender,
    NothingIsShared,
    OfferEndsInThePast,
    OfferStandsTooLong,
)
from shared.contracts.kinds import Category, Urgency
from shared.contracts.referrals import ReferralOffered
from shared.contracts.refused import NotFound, Refused
from tests.support.specification import NOON
from tests.unit.referrals.examples import (
    CATEGORIES,
    LIMITS,
    OFFER,
    OFFER_SERVICE,
    SENDER,
    SERVICE,
    specification,
)


def offer_until(moment: datetime | None, urgency: Urgency = Urgency.NORMAL) -> OfferReferral:
    return replace(OFFER_SERVICE, urgency=urgency, offer_until=moment)


def offered_until(moment: datetime, urgency: Urgency = Urgency.NORMAL) -> ReferralOffered:
    return ReferralOffered(SERVICE.parties, urgency, CATEGORIES, OFFER, moment)


@pytest.mark.parametrize("urgency", Urgency)
def test_an_offer_stands_as_long_as_its_urgency_allows(urgency: Urgency) -> None:
    specification.given().when(offer_until(None, urgency)).then(
        offered_until(NOON + LIMITS[urgency], urgency)
    )


@pytest.mark.parametrize("urgency", Urgency)
def test_an_offer_may_end_earlier_but_never_later(urgency: Urgency) -> None:
    latest = NOON + LIMITS[urgency]
    specification.given().when(offer_until(latest, urgency)).then(offered_until(latest, urgency))
    too_late = latest + timedelta(microseconds=1)
    specification.given().when(offer_until(too_late, urgency)).refused(OfferStandsTooLong)


@pytest.mark.parametrize(
    ("moment", "refusal"),
    [
        (NOON, OfferEndsInThePast),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), OfferEndsInThePast),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))), OfferStandsTooLong),
    ],
)
def test_times_at_the_ends_of_the_calendar_are_refused(
    moment: datetime, refusal: type[Refused]
) -> None:
    specification.given().when(offer_until(moment)).refused(refusal)


def test_the_end_of_an_offer_may_be_told_in_any_zone() -> None:
    in_bangkok = (NOON + timedelta(hours=1)).astimezone(timezone(timedelta(hours=7)))
    specification.given().when(offer_until(in_bangkok)).then(
        offered_until(in_bangkok.astimezone(UTC))
    )


def test_a_case_is_not_referred_inside_its_own_organisation() -> None:
    to_itself = replace(OFFER_SERVICE, to_organisation=SENDER)
    specification.given().when(to_itself).refused(AddresseeIsTheSender)


def test_only_organisations_of_the_directory_are_referred_to() -> None:
    to_nobody = replace(OFFER_SERVICE, addressee_is_registered=False)
    specification.given().when(to_nobody).refused(AddresseeIsNotRegistered)


def test_a_case_of_others_is_not_found() -> None:
    case_of_others = replace(OFFER_SERVICE, person_id=None)
    specification.given().when(case_of_others).refused(NotFound)


def test_an_offer_of_nothing_is_refused() -> None:
    specification.given().when(replace(OFFER_SERVICE, categories=frozenset())).refused(
        NothingIsShared
    )


def test_categories_are_recorded_in_one_order() -> None:
    everything = replace(offer_until(NOON + timedelta(hours=1)), categories=frozenset(Category))
    specification.given().when(everything).then(
        replace(offered_until(NOON + timedelta(hours=1)), categories=tuple(Category))
    )
