"""What goes wrong, told as RFC 9457 problems: one stable `type` for each class of refusal."""

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json
from starlette.responses import Response

from shared.contracts.refused import NotFound, Refused
from shared.runtime.metrics import PROBLEMS

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """A request that the edge itself does not serve; subclasses are named as sentences.

    A dataclass subclass carries extension members: never what the client sent.
    """

    status: ClassVar[int] = 400
    headers: ClassVar[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Fault:
    field: str
    """Where: `names.0`, a header's or a parameter's name, or `body` for the whole."""
    reason: str


@dataclass
class InvalidFields(Problem):
    """Some fields do not have the form that is asked for."""

    status: ClassVar[int] = 422
    errors: tuple[Fault, ...]


@dataclass
class InvalidHeader(Problem):
    """A header is missing or malformed."""

    errors: tuple[Fault, ...]


@dataclass
class NotJson(Problem):
    """The body cannot be read as JSON."""

    reason: str


class TooDeep(Problem):
    """The body nests deeper than 32 levels."""


class NotAJsonBody(Problem):
    """The body must be sent as application/json in UTF-8, not compressed."""

    status = 415


class BodyTooLarge(Problem):
    """The body is larger than 1 MiB."""

    status = 413


class MethodNotAllowed(Problem):
    """This address does not take that method."""

    status = 405


class RequestNotUnderstood(Problem):
    """The request is not one that this service can read."""


class RoleMissing(Problem):
    """None of the viewer's roles may do this."""

    status = 403


class TryAgainLater(Problem):
    """Something that this service leans on is away; the same request may be sent again."""

    status = 503
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "2"}


class ReadModelBehind(Problem):
    """What `Read-After` names has not arrived here yet."""

    status = 503
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


class UnexpectedFault(Problem):
    """Something here is broken; nothing more is told."""

    status = 500


Trouble = type[Refused] | type[Problem]


class FieldFault(BaseModel):
    field: str
    reason: str


class ProblemBody(BaseModel):
    """RFC 9457. Each `type` may have members of its own beside these."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: str = Field(description="Stable, relative: `/problems/<name>`.")
    title: str
    status: int
    detail: str | None = None
    errors: list[FieldFault] | None = None


def answer(trouble: Refused | Problem) -> Response:
    """The response that tells it. Absent and forbidden are the same bytes."""
    if trouble.status == NotFound.status:
        trouble = NotFound()
    PROBLEMS.add(1, {"vcms.problem": type_of(type(trouble))})
    headers = trouble.headers if isinstance(trouble, Problem) else {}
    return Response(
        to_json({**described(type(trouble)), **members(trouble)}),
        status_code=trouble.status,
        headers=dict(headers),
        media_type=MEDIA_TYPE,
    )


def described(trouble: Trouble) -> dict[str, object]:
    """The members that every problem of this class has."""
    detail = explanation(trouble)
    return {
        "type": type_of(trouble),
        "title": title_of(trouble),
        "status": trouble.status,
        **({"detail": detail} if detail else {}),
    }


def members(trouble: Refused | Problem) -> dict[str, object]:
    kind = type(trouble)
    told = {name: getattr(trouble, name) for name in own_names(kind)}
    if field := field_of(kind):
        told["errors"] = (Fault(field, explanation(kind)),)
    return told


def member_names(trouble: Trouble) -> list[str]:
    return [*own_names(trouble), *(["errors"] if field_of(trouble) else [])]


def own_names(trouble: type) -> list[str]:
    return [field.name for field in fields(trouble)] if is_dataclass(trouble) else []


def field_of(trouble: Trouble) -> str:
    """The field of the body that a rule's refusal is about: told as wrong fields are."""
    return trouble.field if issubclass(trouble, Refused) else ""


def type_of(trouble: Trouble) -> str:
    return "/problems/" + "-".join(_words(trouble))


def title_of(trouble: Trouble) -> str:
    return " ".join(_words(trouble)).capitalize().replace("json", "JSON")


def explanation(trouble: Trouble) -> str:
    """The first paragraph of the class's own docstring; "" where it has none."""
    text = inspect.cleandoc(trouble.__dict__.get("__doc__") or "")
    made_by_dataclass = text.startswith(f"{trouble.__name__}(")
    return "" if made_by_dataclass else " ".join(text.partition("\n\n")[0].split())


def meaning(trouble: Trouble) -> str:
    """One sentence, for lists."""
    return explanation(trouble) or f"{title_of(trouble)}."


def _words(trouble: type) -> list[str]:
    return (
        re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=A)(?=[A-Z][a-z])", " ", trouble.__name__)
        .lower()
        .split()
    )
