"""SHA-256 on one core, through Python's hashlib: the same compiled code of OpenSSL that
`openssl speed` calls, and that our hash chain and seals use."""

import hashlib
import time

from bench.cpu import spending
from bench.results import Sample

PIECE = bytes(16 * 2**10)
SECONDS = 1.0


def hashing() -> Sample:
    """Pieces of 16 KiB."""
    hashed, end = hashlib.sha256(), time.perf_counter() + SECONDS
    count = 0
    with spending() as spent:
        began = time.perf_counter()
        while time.perf_counter() < end:
            hashed.update(PIECE)
            count += 1
        seconds = time.perf_counter() - began
    total = count * len(PIECE) / 1e6
    return {"MB_per_s": total / seconds, "cpu_ms_per_MB": 1000 * spent.cpu / total}
