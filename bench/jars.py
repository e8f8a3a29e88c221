"""Java programs that figures need, fetched once from Maven's central repository and kept."""

import os
import tempfile
from pathlib import Path

from deploy.local.kafka_jars import check, fetch, put


def jars(name: str, endpoint: str, hashes: Path) -> Path:
    """The folder of `endpoint`'s jars, named `name` in this user's cache; fetched when it is not
    there. Two endpoints joined by "+" are one. `hashes`: lines of SHA-256 and file name.

    Raises:
        CannotFetch: no network, or a jar is not the one that `hashes` names.
    """
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vcms" / name
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{name}-") as scratch:
            found = fetch(Path(scratch), endpoint=endpoint)
            check(found, hashes)
            put(found, folder)
    return folder
