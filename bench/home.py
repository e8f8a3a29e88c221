"""Where a run keeps its servers' files and what it has measured so far: `.bench`."""

import os
from pathlib import Path


def home() -> Path:
    """`VCMS_BENCH_HOME`, else `.bench` in this folder; made when it is not there."""
    path = Path(os.environ.get("VCMS_BENCH_HOME", ".bench")).resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path
