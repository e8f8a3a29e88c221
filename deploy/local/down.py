"""Ends a stack, so that no program of it is left."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.local import postgres, stack_file
from deploy.local.home import Home
from deploy.local.inventory import Seen, found, seen
from deploy.local.preflight import alone
from deploy.local.supervision import wait_until_reaped


def down(home: Home) -> Sequence[Seen]:
    """Ends everything and returns what was ended; services first, so that none misses its parts.

    Raises:
        AnotherIsAtWork: somebody else starts or stops this stack.
    """
    if not home.directory.is_dir():
        return []
    with alone(home):
        running = [part for part in seen(home) if part.running]
        for group in (home.services, home.directory):
            end_together(part.directory for part in running if part.directory.parent == group)
        postgres.end_orphans(home.part("postgres") / "cluster")
        stack_file.forget_programs(home)
        wait_until_reaped([part.running for part in running if part.running])
    return running


def reset(home: Home) -> Sequence[Seen]:
    """Ends everything and deletes all that the stack kept."""
    ended = down(home)
    home.clear()
    return ended


def end_together(directories: Iterable[Path]) -> None:
    with ThreadPoolExecutor(max_workers=16) as together:
        list(together.map(end, directories))


def end(directory: Path) -> None:
    part = found(directory)
    if part is not None:
        part.stop()
