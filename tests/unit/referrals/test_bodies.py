"""What an offer may carry."""

import pytest
from pydantic import JsonValue, ValidationError

from services.referrals.bodies import OfferReferralBody
from shared.contracts.kinds import Category

OFFER = OfferReferralBody.model_json_schema()["examples"][0]


def test_each_category_may_be_disclosed() -> None:
    body = OfferReferralBody.model_validate({**OFFER, "categories": list(Category)})
    assert body.categories == tuple(Category)


@pytest.mark.parametrize(
    "categories", [[], ["identity", "identity"], ["identity"] * 100, [*Category, "identity"]]
)
def test_none_and_one_twice_are_refused(categories: list[JsonValue]) -> None:
    with pytest.raises(ValidationError) as refused:
        OfferReferralBody.model_validate({**OFFER, "categories": categories})
    assert [error["loc"] for error in refused.value.errors()] == [("categories",)]
