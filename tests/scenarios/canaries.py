"""Values that nobody else uses, and each spelling in which one could stand in a file."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from secrets import token_hex
from typing import TypeVar

T = TypeVar("T")

SHORTEST = 8
"""Bytes of a spelling: a shorter one stands in many files by chance."""

CHUNK = 4 * 1024 * 1024
LONGEST = 256
"""Bytes that two chunks share, so that no canary falls between them."""


class Canaries:
    """By `signs` the personal values are known; `public` is text for fields that are not sealed,
    and so must be found."""

    def __init__(self) -> None:
        self.public = token_hex(12)
        self._text = token_hex(12)
        self._made = 0
        self.signs = {self._text}

    def new(self) -> str:
        """For a field that takes any text. All begin alike: one search finds them all."""
        self._made += 1
        return f"{self._text}-{self._made}"

    def coded(self, name: str, value: T) -> T:
        """For the field `name`, which takes codes or dates: `value`, which nobody else writes."""
        self.signs |= set(signs_of(name, value))
        return value

    def betray(self, name: str, value: object) -> bool:
        """Whether the search would find this value of the field `name`."""
        return any(self._text in sign or sign in self.signs for sign in signs_of(name, value))

    def spellings(self) -> dict[bytes, str]:
        """Each with its sign."""
        texts = (self._text, self.public)
        written = {spelling: sign for sign in self.signs for spelling in as_written(sign)}
        return written | {spelling: text for text in texts for spelling in in_any_way(text)}


def signs_of(name: str, value: object) -> Iterator[str]:
    """A long text by itself; a short one with the name before it, a list of short ones together."""
    match value:
        case str() if len(value) >= SHORTEST:
            yield value
        case str():
            yield f'"{name}":"{value}"'
        case [str(first), *_] if len(first) < SHORTEST:
            yield json.dumps(value, separators=(",", ":"))[1:-1]
        case list() | tuple():
            for item in value:
                yield from signs_of(name, item)
        case dict():
            for key, inner in value.items():
                yield from signs_of(key, inner)


def as_written(sign: str) -> Iterator[bytes]:
    """As text, and if it is a piece of JSON as Python shows it, or inside a string of JSON."""
    yield sign.encode()
    if '"' in sign:
        spaced = sign.replace('":"', '": "').replace('","', '", "')
        yield spaced.encode()
        yield spaced.replace('"', "'").encode()
        yield sign.replace('"', r"\"").encode()


def in_any_way(text: str) -> Iterator[bytes]:
    """As text, as UTF-16, and inside base64 wherever it begins."""
    plain = text.encode()
    yield plain
    yield text.encode("utf-16-le")
    for offset in range(3):
        encoded = b64encode(b"\0" * offset + plain)
        yield encoded[4 if offset else 0 : -4]


def search(folders: list[Path], spellings: Mapping[bytes, str]) -> dict[str, set[str]]:
    """Sign to the parts in whose files it stands, in any of its spellings."""
    assert min(map(len, spellings)) >= SHORTEST, "chance would write what is looked for"
    found: dict[str, set[str]] = {sign: set() for sign in spellings.values()}
    for folder in folders:
        for file in filter(Path.is_file, folder.rglob("*")):
            for chunk in chunks(file):
                for spelling in filter(chunk.__contains__, spellings):
                    found[spellings[spelling]].add(folder.parent.name)
    return found


def chunks(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as content:
            before = b""
            while chunk := content.read(CHUNK):
                if chunk.strip(b"\0"):  # servers keep much empty room
                    yield before + chunk
                before = chunk[-LONGEST:]
    except FileNotFoundError:
        return  # PostgreSQL removes files while we look
