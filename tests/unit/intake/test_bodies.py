"""What a client may send is limited field by field; the examples work as they stand."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel, ValidationError

from services.intake.bodies import AcceptanceBody, PersonBody, ReportBody

PERSON = PersonBody.model_json_schema()["examples"][0]
TODAY = datetime.now(UTC).date()


@pytest.mark.parametrize("body", [ReportBody, PersonBody, AcceptanceBody])
def test_the_example_works(body: type[BaseModel]) -> None:
    body.model_validate(body.model_json_schema()["examples"][0])


@pytest.mark.parametrize(
    "date", ["1900", "2011", "2011-05", "2011-05-31", str(TODAY.year), str(TODAY)]
)
def test_a_birth_date_is_as_much_as_is_known(date: str) -> None:
    assert PersonBody.model_validate({**PERSON, "birth_date": date}).birth_date == date


@pytest.mark.parametrize(
    "date", ["0000", "1899-12-31", "9999", "2011-00", "2011-13", "11", str(TODAY + timedelta(2))]
)
def test_a_birth_date_is_a_day_that_was(date: str) -> None:
    with pytest.raises(ValidationError) as refused:
        PersonBody.model_validate({**PERSON, "birth_date": date})
    assert [error["loc"] for error in refused.value.errors()] == [("birth_date",)]
