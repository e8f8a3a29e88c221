"""Random bytes that are drawn in large pieces are still nobody else's."""

import os
from concurrent.futures import ThreadPoolExecutor

from shared.runtime.randomness import PIECE, RANDOMNESS, Randomness

SIZE = 12


def test_nobody_gets_the_same_bytes() -> None:
    source = Randomness()
    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(lambda _: source.take(SIZE), range(4 * PIECE // SIZE)))
    assert {len(one) for one in taken} == {SIZE}
    assert len(set(taken)) == len(taken)


def test_sizes_that_do_not_fit_the_rest_of_a_piece() -> None:
    source = Randomness()
    assert [len(source.take(size)) for size in (PIECE - 1, 2, PIECE, 0, 1)] == [
        *(PIECE - 1, 2, PIECE, 0, 1)
    ]


def test_a_forked_process_draws_anew() -> None:
    RANDOMNESS.take(SIZE)
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(sending, RANDOMNESS.take(SIZE))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(receiving, SIZE) != RANDOMNESS.take(SIZE)
    os.close(receiving)
    os.close(sending)
