"""What an event class says of its fields: shape, mark and the sentence beneath."""

import ast
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from inspect import getdoc, getsource
from itertools import pairwise
from textwrap import dedent
from types import NoneType, UnionType
from typing import Annotated, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from shared.contracts.marks import Clear, PublicMark, Sealed
from shared.contracts.publish.glossary import GLOSSARY


class Mark(Enum):
    PLAIN = "plain"
    PUBLIC = "public"
    SEALED = "sealed"


@dataclass(frozen=True, slots=True)
class Described:
    """A field; `shape` is its declared type without the mark and without None."""

    name: str
    shape: object
    mark: Mark
    optional: bool
    meaning: str


def described(shape: type) -> list[Described]:
    """The fields of a dataclass or pydantic model, in their order."""
    hints = get_type_hints(shape, include_extras=True)
    meanings = {**GLOSSARY, **field_meanings(shape)}
    return [
        Described(name, *read_mark(hints[name]), meanings.get(name, ""))
        for name in field_names(shape)
    ]


def field_names(shape: type) -> list[str]:
    if issubclass(shape, BaseModel):
        return list(shape.model_fields)
    return [field.name for field in fields(shape)] if is_dataclass(shape) else []


def read_mark(hint: object) -> tuple[object, Mark, bool]:
    """The declared type as shape, mark, and whether None may stand there."""
    members = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    optional = NoneType in members
    match [member for member in members if member is not NoneType]:
        case [sealed, clear] if sealed is Sealed and get_origin(clear) is Clear:
            return get_args(clear)[0], Mark.SEALED, optional
        case [shape] if is_public(shape):
            return get_args(shape)[0], Mark.PUBLIC, optional
        case [shape]:
            return shape, Mark.PLAIN, optional
        case _:
            return hint, Mark.PLAIN, optional


def is_public(shape: object) -> bool:
    return get_origin(shape) is Annotated and any(
        isinstance(note, PublicMark) for note in get_args(shape)
    )


def field_meanings(shape: type) -> dict[str, str]:
    """Field to the string that stands beneath it in the source."""
    (definition,) = ast.parse(dedent(getsource(shape))).body
    if not isinstance(definition, ast.ClassDef):
        return {}
    body = definition.body
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def meaning_of(shape: type) -> str:
    """The class's docstring in one line; pydantic and dataclasses write one where there is none."""
    text = getdoc(shape) or ""
    return "" if text.startswith(f"{shape.__name__}(") else " ".join(text.split())
