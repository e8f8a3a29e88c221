"""How a file is cut into parts."""

from hypothesis import given
from hypothesis import strategies as st

from services.attachments.parts import (
    LARGEST_FILE,
    MEBIBYTE,
    MOST_PARTS,
    part_count,
    part_size_for,
    parts_from,
)


@given(size=st.integers(min_value=1, max_value=LARGEST_FILE))
def test_any_file_fits_into_the_parts_that_the_protocol_allows(size: int) -> None:
    assert part_count(size, part_size_for(size)) <= MOST_PARTS


@given(size=st.integers(min_value=1, max_value=900 * MEBIBYTE))
def test_the_parts_add_up_to_the_file(size: int) -> None:
    part_size = part_size_for(size)
    parts = parts_from(1, MOST_PARTS, size, part_size)
    assert sum(part.size for part in parts) == size
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))


def test_parts_come_in_pages() -> None:
    size = 100 * MEBIBYTE
    assert [part.number for part in parts_from(3, 2, size, 16 * MEBIBYTE)] == [3, 4]
    assert [part.number for part in parts_from(7, 9, size, 16 * MEBIBYTE)] == [7]
    assert parts_from(8, 9, size, 16 * MEBIBYTE) == []
