"""The Human Trafficking Case Data Standard 2.0 (IOM, CC BY 4.0): its fields, and what a value says.

What was written down is never lost: `read` keeps it beside the codes that it maps to, and flags
what has no code instead of refusing it.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from importlib.resources import files

from pydantic import TypeAdapter

from shared.contracts.profile import Answer

SEVERAL = ";"
"""Stands between the values of a field that takes several."""


class Kind(StrEnum):
    CODE = "code"
    COUNTRY = "country"
    """ISO 3166-1 alpha-2, checked by its shape."""
    LANGUAGE = "language"
    """ISO 639, two or three letters, checked by its shape."""
    NUMBER = "number"


@dataclass(frozen=True)
class Field:
    """One field of the standard. `aliases`: other spellings of a code, to that code."""

    label: str
    kind: Kind
    several: bool = False
    codes: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    also_named: tuple[str, ...] = ()

    @cached_property
    def spellings(self) -> Mapping[str, str]:
        return _folded(self.codes) | {_fold(alias): code for alias, code in self.aliases.items()}

    def code(self, raw: str) -> str | None:
        """The code that one raw value stands for, if it has one."""
        match self.kind:
            case Kind.CODE:
                return self.spellings.get(_fold(raw))
            case Kind.COUNTRY:
                return raw.upper() if re.fullmatch("[A-Za-z]{2}", raw) else None
            case Kind.LANGUAGE:
                return raw.lower() if re.fullmatch("[A-Za-z]{2,3}", raw) else None
            case Kind.NUMBER:
                return str(int(raw)) if re.fullmatch("[0-9]{1,3}", raw) else None


@dataclass(frozen=True)
class Vocabulary:
    """A standard's fields by name; `everywhere` are values that every field may have."""

    standard: str
    everywhere: tuple[str, ...]
    fields: Mapping[str, Field]

    @cached_property
    def _names(self) -> Mapping[str, str]:
        others = {_fold(o): name for name, known in self.fields.items() for o in known.also_named}
        return _folded(self.fields) | others

    @cached_property
    def _everywhere(self) -> Mapping[str, str]:
        return _folded(self.everywhere)

    def name(self, spelling: str) -> str | None:
        """The field's name in the standard: `prs_Marital_Status` is `prs_MaritalStatus`."""
        return self._names.get(_fold(spelling))

    def read(self, name: str, raw: str) -> Answer:
        """The answer kept as it came, with its codes; flagged where a value has none."""
        known = self.fields.get(self.name(name) or "")
        if known is None:
            return Answer(raw=raw, flagged=True)
        parts = [part.strip() for part in raw.split(SEVERAL)] if known.several else [raw.strip()]
        found = [self._everywhere.get(_fold(part)) or known.code(part) for part in parts]
        codes = tuple(code for code in found if code is not None)
        return Answer(raw=raw, codes=codes, flagged=None in found)


def _fold(text: str) -> str:
    """Case, spaces, hyphens and underscores make no difference."""
    return re.sub(r"[\W_]+", "", text.casefold())


def _folded(codes: Iterable[str]) -> dict[str, str]:
    return {_fold(code): code for code in codes}


def _load(name: str) -> Vocabulary:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return TypeAdapter(Vocabulary).validate_python(tomllib.loads(text))


HTCDS = _load("htcds-2.0.toml")
read = HTCDS.read
