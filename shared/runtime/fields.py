"""Types for the fields of bodies that every service takes: text, days and moments with limits."""

import re
from datetime import UTC, date, datetime
from typing import Annotated
from unicodedata import category

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    JsonValue,
    StringConstraints,
)

from shared.runtime.wording import DATE, TIME, fault

FIRST_YEAR = 1900
LAST_YEAR = 2200

_FULL_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_FULL_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
_DAY = re.compile(_FULL_DATE)
_MOMENT = re.compile(f"{_FULL_DATE}[Tt]{_FULL_TIME}")


def body_config(example: dict[str, JsonValue]) -> ConfigDict:
    """For a body's `model_config`: no unknown fields, and an example that works as it stands."""
    return ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [example]})


def _in_range(value: date) -> date:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise fault(f"must lie in the years {FIRST_YEAR} to {LAST_YEAR}")
    return value


def _as_day(value: object) -> str:
    return _spelled(value, _DAY, DATE)


def _as_moment(value: object) -> str:
    return _spelled(value, _MOMENT, TIME)


def _spelled(value: object, form: re.Pattern[str], reason: str) -> str:
    """Left to itself, pydantic reads numbers, and text of digits, as seconds since 1970."""
    if not isinstance(value, str) or not form.fullmatch(value):
        raise fault(reason)
    return value


def _one_line(value: str) -> str:
    if any(category(character) in {"Cc", "Zl", "Zp"} for character in value):
        raise fault("must be one line, without control characters")
    return value


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


Day = Annotated[date, BeforeValidator(_as_day), AfterValidator(_in_range)]
"""RFC 3339 `full-date`, as a string."""
Moment = Annotated[
    AwareDatetime, BeforeValidator(_as_moment), AfterValidator(_in_range), AfterValidator(_utc)
]
"""RFC 3339 `date-time`, as a string; in UTC once it is read."""
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_one_line),
]
"""A name, a number, a code: 1 to 200 characters without line breaks."""
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
"""What somebody wrote: 1 to 20,000 characters."""
