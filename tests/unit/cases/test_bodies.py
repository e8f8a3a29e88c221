"""What a client may send is limited field by field, and what is wrong is named by its field."""

import pytest
from pydantic import BaseModel, JsonValue, ValidationError

from services.cases.bodies import NumberBody, ProfileBody
from shared.runtime.wording import faults

NUMBER = NumberBody.model_json_schema()["examples"][0]


def named(body: type[BaseModel], sent: dict[str, JsonValue]) -> list[str]:
    """The fields that the refusal of `sent` names."""
    with pytest.raises(ValidationError) as refused:
        body.model_validate(sent)
    errors = [{**error, "loc": ("body", *error["loc"])} for error in refused.value.errors()]
    return [fault.field for fault in faults(errors)]


def test_a_number_that_ends_before_it_begins_is_refused_at_its_end() -> None:
    sent = {**NUMBER, "valid_from": "2024-03-02", "valid_to": "2024-03-01"}
    assert named(NumberBody, sent) == ["valid_to"]


@pytest.mark.parametrize("end", ["2024-03-02", "2024-03-03", None])
def test_a_number_may_end_on_its_first_day_or_later(end: str | None) -> None:
    NumberBody.model_validate({**NUMBER, "valid_from": "2024-03-02", "valid_to": end})


def test_a_number_may_have_an_end_alone() -> None:
    sent = {key: value for key, value in NUMBER.items() if key != "valid_from"}
    NumberBody.model_validate({**sent, "valid_to": "2024-03-01"})


@pytest.mark.parametrize("key", ["Mali Example", "", "1st", "x" * 65, "[key]"])
def test_a_key_that_is_no_fields_name_is_refused_as_the_answers_fault(key: str) -> None:
    assert named(ProfileBody, {"answers": {key: "yes"}}) == ["answers"]


def test_an_answer_that_is_refused_is_named() -> None:
    assert named(ProfileBody, {"answers": {"prs_Gender": ""}}) == ["answers.prs_Gender"]


def test_one_field_in_two_spellings_is_refused_as_the_answers_fault() -> None:
    sent: dict[str, JsonValue] = {"answers": {"prs_Gender": "Woman", "PRS_gender": "Man"}}
    assert named(ProfileBody, sent) == ["answers"]
