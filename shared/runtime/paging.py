"""Lists by keyset: a page begins after the last key of the one before, however many rows arrive.

A cursor is base64url of that key as JSON: opaque for the client, and never of sealed columns.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import to_json

from shared.runtime.body import parse
from shared.runtime.problems import Fault, InvalidFields, Problem

K = TypeVar("K")
R = TypeVar("R")
T = TypeVar("T")

POSITION: TypeAdapter[int] = TypeAdapter(Annotated[int, Field(ge=0, lt=2**63)])
"""A key that is a number: what the database takes as a bigint, and no more."""


class Listed(BaseModel, Generic[T]):
    """One page; `next` is the cursor of the page after it, or null at the end."""

    items: list[T]
    next: str | None


@dataclass(frozen=True, slots=True)
class Page:
    limit: int
    cursor: str | None

    def after(self, key: TypeAdapter[K]) -> K | None:
        """The key that the page begins after; None for the first page.

        Raises:
            InvalidFields: the cursor is none of ours.
        """
        if self.cursor is None:
            return None
        try:
            text = urlsafe_b64decode(self.cursor + "=" * (-len(self.cursor) % 4))
            parse(text)
            return key.validate_json(text)
        except (NotBase64, ValueError, ValidationError, Problem):
            raise InvalidFields((Fault("cursor", "is no cursor of this list"),)) from None

    def cut(self, rows: Sequence[R], key: Callable[[R], object]) -> tuple[Sequence[R], str | None]:
        """The page's rows and the next cursor, from `limit` + 1 rows that were asked for."""
        kept = rows[: self.limit]
        return kept, _cursor(key(kept[-1])) if len(rows) > self.limit else None


async def _page(
    limit: Annotated[int, Query(ge=1, le=200, description="Entries of one page.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=512, description="`next` of the page before.")
    ] = None,
) -> Page:
    return Page(limit, cursor)


Paged = Annotated[Page, Depends(_page)]
"""A query's page: `limit` 1 to 200, and `cursor`."""


def _cursor(key: object) -> str:
    return urlsafe_b64encode(to_json(key)).decode().rstrip("=")
