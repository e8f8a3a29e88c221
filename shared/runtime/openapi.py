"""What `/openapi.json` declares: every status of every operation, problems by their types."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from shared.contracts.refused import EventTooLarge, KeyReused, NotFound, WrongVersion
from shared.runtime.edge import KEY, VERSION, CommandHeader
from shared.runtime.identity import OrganisationMissing
from shared.runtime.problems import (
    MEDIA_TYPE,
    BodyTooLarge,
    InvalidFields,
    InvalidHeader,
    NotAJsonBody,
    NotJson,
    ProblemBody,
    ReadModelBehind,
    RoleMissing,
    TooDeep,
    Trouble,
    TryAgainLater,
    meaning,
    type_of,
)
from shared.runtime.provider import ProviderAway
from shared.runtime.tokens import TokenExpired, TokenMissing, TokenRefused

Responses = dict[int | str, dict[str, Any]]
"""FastAPI's own type for `responses`."""

SCHEMA = "Problem"
BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "An access token of the OpenID provider.",
}
COMMANDS = frozenset({"post", "put"})
"""Methods: every operation that has one is a command."""

_OF_ALL: tuple[Trouble, ...] = (
    InvalidHeader,
    TokenMissing,
    TokenRefused,
    TokenExpired,
    RoleMissing,
    OrganisationMissing,
    NotFound,
    InvalidFields,
    TryAgainLater,
    ProviderAway,
    ReadModelBehind,
)
_OF_COMMANDS: tuple[Trouble, ...] = (
    NotJson,
    TooDeep,
    KeyReused,
    WrongVersion,
    BodyTooLarge,
    EventTooLarge,
    NotAJsonBody,
)


def query_problems(*refusals: Trouble) -> Responses:
    """For a query's `responses`: what every query may answer, and `refusals` of its own."""
    return _declared((*_OF_ALL, *refusals))


def command_problems(*refusals: Trouble) -> Responses:
    """For a command's `responses`: what every command may answer, and `refusals` of its own."""
    return _declared((*_OF_ALL, *_OF_COMMANDS, *refusals))


def _declared(troubles: tuple[Trouble, ...]) -> Responses:
    by_status: dict[int, list[str]] = defaultdict(list)
    for trouble in troubles:
        by_status[trouble.status].append(f"- `{type_of(trouble)}`: {meaning(trouble)}")
    schema = {"$ref": f"#/components/schemas/{SCHEMA}"}
    return {
        status: {
            "description": "\n".join(lines),
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status, lines in sorted(by_status.items())
    }


def with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the schema of problems, in place of FastAPI's own for validation."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= {**problem.pop("$defs"), SCHEMA: problem}
    return document


def with_headers(document: dict[str, Any]) -> dict[str, Any]:
    """The document with what dependencies read by themselves: the bearer token of whatever may
    answer 401, and the headers of commands."""
    schemes = document["components"].setdefault("securitySchemes", {})
    schemes["HTTPBearer"] = BEARER
    for path in document["paths"].values():
        for method, operation in path.items():
            if str(TokenMissing.status) in operation["responses"]:
                operation["security"] = [{"HTTPBearer": []}]
            if method in COMMANDS:
                operation.setdefault("parameters", []).extend(map(_parameter, (KEY, VERSION)))
    return document


def _parameter(header: CommandHeader) -> dict[str, Any]:
    return {
        "name": header.name,
        "in": "header",
        "required": header.required,
        "description": header.description,
        "schema": {"type": "string", "pattern": f"^{header.pattern}$"},
    }


def with_examples(document: dict[str, Any]) -> dict[str, Any]:
    """The document with each body's example beside its schema, where pages and tools look."""
    for body in _bodies(document):
        name = body["schema"].get("$ref", "").rpartition("/")[2]
        examples = document["components"]["schemas"].get(name, {}).get("examples")
        if examples:
            body["example"] = examples[0]
    return document


def _bodies(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operations in document["paths"].values():
        for operation in operations.values():
            yield from operation.get("requestBody", {}).get("content", {}).values()
