"""How a file is cut into parts: pure arithmetic over sizes in bytes."""

from dataclasses import dataclass
from math import ceil

MEBIBYTE = 1024 * 1024
SMALLEST_PART = 16 * MEBIBYTE
MOST_PARTS = 10_000
"""The S3 protocol's own bound."""

LARGEST_FILE = 5 * 1024 * 1024 * MEBIBYTE
"""5 TiB, the S3 protocol's own bound."""


@dataclass(frozen=True, slots=True)
class Part:
    number: int
    size: int


def part_size_for(size: int) -> int:
    """The size of every part but the last, a whole number of mebibytes."""
    return max(SMALLEST_PART, ceil(size / MOST_PARTS / MEBIBYTE) * MEBIBYTE)


def part_count(size: int, part_size: int) -> int:
    return ceil(size / part_size)


def parts_from(number: int, limit: int, size: int, part_size: int) -> list[Part]:
    """At most `limit` parts beginning with `number` (the first part is 1)."""
    last = part_count(size, part_size)
    return [
        Part(n, min(part_size, size - (n - 1) * part_size))
        for n in range(number, min(number + limit, last + 1))
    ]
