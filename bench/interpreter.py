"""Python's own settings while our contestant plays in this process."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from shared.runtime.serve import TURN, keep_collector_off_what_stays


@contextmanager
def as_served() -> Iterator[None]:
    """As a service sets them; peers play with Python's own."""
    turn, thresholds = sys.getswitchinterval(), gc.get_threshold()
    keep_collector_off_what_stays()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(turn)
        gc.set_threshold(*thresholds)
        gc.unfreeze()
