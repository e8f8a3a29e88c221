"""How a file is cut into parts."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.attachments.custody import (
    LARGEST_FILE,
    MEBIBYTE,
    MOST_PARTS,
    part_size_for,
    parts_of,
)
from services.attachments.state import Upload

SMALLEST = 8 * MEBIBYTE


def announced(size: int) -> Upload:
    nobody = UUID(int=0)
    return Upload(nobody, nobody, nobody, size, part_size_for(size, SMALLEST), "upload-1")


@given(size=st.integers(min_value=1, max_value=LARGEST_FILE))
def test_any_file_fits_into_the_parts_that_the_protocol_allows(size: int) -> None:
    assert len(parts_of(announced(size))) <= MOST_PARTS


@given(size=st.integers(min_value=1, max_value=LARGEST_FILE))
def test_the_parts_add_up_to_the_file(size: int) -> None:
    parts = parts_of(announced(size))
    assert sum(part.size for part in parts) == size
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert all(part.size > 0 for part in parts)
