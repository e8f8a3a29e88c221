"""Why the stack cannot start or stop: each a sentence for the person who asked."""

from collections.abc import Sequence
from pathlib import Path


class CannotStart(Exception):
    """The stack, or a part of it, cannot run here; `str()` is the one line to show."""


class PortTaken(CannotStart):
    def __init__(self, part: str, port: int, remembered_in: Path) -> None:
        super().__init__(
            f"Port {port} of {part} is taken by another program. "
            f"End that program, or delete {remembered_in} to let {part} move."
        )


class DidNotStart(CannotStart):
    def __init__(self, part: str, how: str, log: Path) -> None:
        lines = log.read_text(errors="replace").split("\n") if log.exists() else []
        last = next((line.strip() for line in reversed(lines) if line.strip()), "nothing")
        super().__init__(f"{part} {how}; it said last: {last[:200]} ({log.resolve()})")


class NotWritable(CannotStart):
    def __init__(self, directory: Path) -> None:
        super().__init__(f"{directory} cannot be written to; set VCMS_HOME to a folder of yours.")


class TooLittleDisk(CannotStart):
    def __init__(self, directory: Path, free: int, needed: int) -> None:
        gib = 2**30
        super().__init__(
            f"{directory} has {free / gib:.1f} GiB free; the stack needs {needed / gib:.0f} GiB."
        )


class WrongPython(CannotStart):
    def __init__(self, version: str) -> None:
        super().__init__(f"This is Python {version}; the stack needs Python 3.11.")


class AnotherIsAtWork(CannotStart):
    def __init__(self, home: Path) -> None:
        super().__init__(f"Another `vcms` starts or stops the stack in {home}; wait for it.")


class CannotFetch(CannotStart):
    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"{what} could not be fetched ({reason}); is the network there?")


class NoUserForPostgres(CannotStart):
    def __init__(self, user: str) -> None:
        super().__init__(
            f"PostgreSQL does not run as root, and the user {user} could not be made; "
            "run as another user than root."
        )


class MalformedSetting(CannotStart):
    """`complaints`: a sentence for each variable."""

    def __init__(self, complaints: Sequence[str]) -> None:
        super().__init__(" ".join(complaints))
