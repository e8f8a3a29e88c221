"""What is wrong with a field, in our own words: validators' messages may repeat the input."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic_core import PydanticCustomError

from shared.runtime.problems import Fault

MOST = 20
"""Faults that one answer lists."""

OWN = "vcms"
"""The type of the errors that our own field types raise: their text is fixed."""

_KEY = "[key]"
"""What pydantic puts behind a key that it refuses."""
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_UNKNOWN = "(unknown)"

TIME = "must be a time with its offset, as in 2030-01-31T12:00:00Z"
DATE = "must be a date, as in 2030-01-31"
_NUMBER = "must be a number"
_WHOLE = "must be a whole number"
_UUID = "must be a UUID"
_YES_NO = "must be true or false"
_OBJECT = "must be an object"

_REASONS: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "is not a known field",
    "string_type": "must be a string",
    "string_unicode": "must be Unicode text",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "does not have the right form",
    "enum": "must be one of {expected}",
    "literal_error": "must be one of {expected}",
    "uuid_type": _UUID,
    "uuid_parsing": _UUID,
    "uuid_version": _UUID,
    "is_instance_of": "has the wrong type",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "set_type": "must be a list",
    "frozen_set_type": "must be a list",
    "too_long": "must have at most {max_length} entries",
    "too_short": "must have at least {min_length} entries",
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dataclass_type": _OBJECT,
    "timezone_aware": TIME,
    "json_invalid": "must be JSON",
}
_BY_PREFIX: Mapping[str, str] = {
    "datetime_": TIME,
    "date_": DATE,
    "time_delta_": "is no duration",
}


def fault(text: str) -> PydanticCustomError:
    """For validators of our own field types. `text` is fixed: it never holds the input."""
    return PydanticCustomError(OWN, "{text}", {"text": text})


def faults(errors: Iterable[Mapping[str, Any]]) -> tuple[Fault, ...]:
    """Field and reason for each of pydantic's errors, the first 20."""
    return tuple(Fault(place(error["loc"]), _reason(error)) for error in list(errors)[:MOST])


def place(location: Sequence[int | str]) -> str:
    """`names.0` for ("body", "names", 0). A plain name that nobody knows is told too;
    any other may be somebody's: "(unknown)".

    A key that a mapping does not take is told by the mapping's own name.
    """
    if location[0] == "header":
        return str(location[-1])
    inner = location[1:] or location
    if inner[-1] == _KEY:
        inner = inner[:-2] or inner
    return ".".join(_part(part) for part in inner)


def _part(part: int | str) -> str:
    return str(part) if isinstance(part, int) or _NAME.fullmatch(part) else _UNKNOWN


def _reason(error: Mapping[str, Any]) -> str:
    kind: str = error["type"]
    limits: Mapping[str, object] = error.get("ctx") or {}
    if kind == OWN:
        return str(limits["text"])
    return _template(kind).format_map(limits)


def _template(kind: str) -> str:
    by_prefix = (text for prefix, text in _BY_PREFIX.items() if kind.startswith(prefix))
    return _REASONS.get(kind) or next(by_prefix, "is not valid")
