"""The reference of events for people: one Markdown page for each service."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import Enum
from types import NoneType
from typing import get_args, get_origin
from uuid import UUID

from shared.contracts.attachments import Sha256
from shared.contracts.catalogue import Contract
from shared.contracts.marks import EventTime, Size
from shared.contracts.publish.annotations import Described, Mark, described, field_names, meaning_of
from shared.contracts.streams import stream_of

WORDS: dict[object, str] = {
    UUID: "UUID",
    datetime: "time, UTC",
    date: "date",
    int: "integer",
    EventTime: "time, UTC",
    Size: "integer",
    Sha256: "SHA-256 in hex",
    str: "text",
    bool: "yes or no",
    NoneType: "none",
}


def page(service: str, contracts: Sequence[Contract]) -> str:
    shapes = list(dict.fromkeys(nested(contract.event for contract in contracts)))
    lists = [shape for shape in shapes if issubclass(shape, Enum)]
    parts = [shape for shape in shapes if not issubclass(shape, Enum)]
    blocks = [
        f"# Events of `{service}`",
        "Generated from `shared/contracts` by `python -m shared.contracts.publish`; "
        "do not edit by hand. The form of the envelope is in the JSON Schemas "
        "(`shared/contracts/schemas`).",
        *(block for contract in contracts for block in event_blocks(contract)),
        *(["## Parts"] if parts else []),
        *(block for part in parts for block in part_blocks(part)),
        *(["## Lists"] if lists else []),
        *(list_block(names) for names in lists),
    ]
    return "\n\n".join(blocks) + "\n"


def event_blocks(contract: Contract) -> list[str]:
    stream = stream_of(contract.event)
    subject = f"Subject: {stream.subject}." if stream.subject else "No subject."
    return [
        f"## {contract.event.__name__}",
        *filter(None, [meaning_of(contract.event)]),
        f"`{contract.type}` in the stream `{stream.kind}-<uuid>`. {subject}",
        table(described(contract.event)),
    ]


def part_blocks(part: type) -> list[str]:
    return [
        f"### {part.__name__}",
        *filter(None, [meaning_of(part)]),
        table(described(part)),
    ]


def list_block(names: type[Enum]) -> str:
    values = ", ".join(f"`{member.value}`" for member in names)
    return f"**{names.__name__}**: {values}."


def table(rows: Iterable[Described]) -> str:
    lines = [f"| `{row.name}` | {form(row)} | {kept(row)} | {row.meaning} |" for row in rows]
    return "\n".join(["| field | form | kept | meaning |", "|---|---|---|---|", *lines])


def form(field: Described) -> str:
    return f"{words(field.shape)}, or none" if field.optional else words(field.shape)


def kept(field: Described) -> str:
    return {Mark.SEALED: "**sealed**", Mark.PUBLIC: "public", Mark.PLAIN: ""}[field.mark]


def words(shape: object) -> str:
    """A type in words."""
    if shape in WORDS:
        return WORDS[shape]
    if get_origin(shape) is tuple:
        return f"list of {words(get_args(shape)[0])}"
    if get_origin(shape) is dict:
        return f"{words(get_args(shape)[0])} to {words(get_args(shape)[1])}"
    return f"`{shape.__name__}`" if isinstance(shape, type) else str(shape)


def nested(shapes: Iterable[type]) -> Iterable[type]:
    """The parts and closed lists that the fields of `shapes` are made of, each before its own."""
    for shape in shapes:
        for field in described(shape):
            inner = [part for part in reached(field.shape) if is_our_own(part)]
            yield from inner
            yield from nested(part for part in inner if not issubclass(part, Enum))


def reached(shape: object) -> list[type]:
    if isinstance(shape, type) and not get_args(shape):
        return [shape]
    return [part for argument in get_args(shape) for part in reached(argument)]


def is_our_own(shape: type) -> bool:
    return issubclass(shape, Enum) or bool(field_names(shape))
