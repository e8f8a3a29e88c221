"""Types for the fields of bodies that every service takes: text, days and moments with limits."""

from datetime import UTC, date, datetime
from typing import Annotated
from unicodedata import category

from pydantic import AfterValidator, AwareDatetime, ConfigDict, JsonValue, StringConstraints

from shared.runtime.wording import fault

FIRST_YEAR = 1900
LAST_YEAR = 2200


def body_config(example: dict[str, JsonValue]) -> ConfigDict:
    """For a body's `model_config`: no unknown fields, and an example that works as it stands."""
    return ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [example]})


def _in_range(value: date) -> date:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise fault(f"must lie in the years {FIRST_YEAR} to {LAST_YEAR}")
    return value


def _one_line(value: str) -> str:
    if any(category(character) in {"Cc", "Zl", "Zp"} for character in value):
        raise fault("must be one line, without control characters")
    return value


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


Day = Annotated[date, AfterValidator(_in_range)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_range), AfterValidator(_utc)]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_one_line),
]
"""A name, a number, a code: 1 to 200 characters without line breaks."""
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
"""What somebody wrote: 1 to 20,000 characters."""
