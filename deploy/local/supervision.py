"""Starts programs detached from the terminal; knows them again by pid and start time; ends them."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypedDict

import psutil

from deploy.local.refusals import DidNotStart

POLL_SECONDS = 0.05

# Programs that this very interpreter started: they stay zombies until it asks for their end.
_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Running:
    """A program by pid and start time (seconds since 1970), so that a reused pid is not taken
    for it."""

    pid: int
    started: float

    def alive(self) -> bool:
        return self._own() is not None

    def pause(self) -> None:
        """Freezes the program and its descendants (SIGSTOP)."""
        _signal(self._family(), signal.SIGSTOP)

    def resume(self) -> None:
        _signal(self._family(), signal.SIGCONT)

    def kill(self) -> None:
        """Ends the program and its descendants at once (SIGKILL) and waits until they are gone."""
        family = self._family()
        _signal(family, signal.SIGKILL)
        _wait(family, patience=10)

    def stop(self, how: signal.Signals = signal.SIGTERM, patience: float = 15) -> None:
        """Asks the program to end, then kills what is left of it and its descendants after
        `patience` seconds."""
        own, family = self._own(), self._family()
        if own is not None:
            _signal([own], how)
            # What is frozen would never hear of it.
            _signal(family, signal.SIGCONT)
            _wait([own], patience)
        _signal(family, signal.SIGKILL)
        _wait(family, patience=10)

    def _own(self) -> psutil.Process | None:
        try:
            own = psutil.Process(self.pid)
            known = abs(own.create_time() - self.started) < 1
        except psutil.NoSuchProcess:
            return None
        return own if known and _lives(own) else None

    def _family(self) -> list[psutil.Process]:
        own = self._own()
        try:
            return [own, *own.children(recursive=True)] if own else []
        except psutil.NoSuchProcess:
            return []


class Account(TypedDict, total=False):
    """As whom a program runs; empty: as we do."""

    user: int
    group: int
    extra_groups: list[int]


OURS = Account()


def spawn(
    program: Sequence[str | Path],
    *,
    directory: Path,
    environment: Mapping[str, str],
    account: Account = OURS,
) -> Running:
    """Starts `program` in a session of its own inside `directory`, remembered there.

    Its standard output and errors are appended to the file `log` there.
    """
    with (directory / "log").open("ab") as output:
        child = subprocess.Popen(
            program,
            cwd=directory,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **account,
        )
    _children[child.pid] = child
    running = Running(child.pid, psutil.Process(child.pid).create_time())
    record(directory).write_text(json.dumps(asdict(running)))
    return running


def run_to_end(
    program: Sequence[str | Path], *, part: str, directory: Path, account: Account = OURS
) -> None:
    """Runs a program that prepares a part and ends; what it prints is appended to `log`.

    Raises:
        DidNotStart: it failed.
    """
    log = directory / "log"
    with log.open("ab") as output:
        ended = subprocess.run(
            program,
            cwd=directory,
            env=plain_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            **account,
        )
    if ended.returncode != 0:
        raise DidNotStart(part, "could not be prepared", log)


def recall(directory: Path) -> Running | None:
    """The program that was started in `directory`, if it still runs."""
    try:
        running = Running(**json.loads(record(directory).read_text()))
    except (FileNotFoundError, NotADirectoryError):
        return None
    return running if running.alive() else None


def record(directory: Path) -> Path:
    return directory / "running.json"


def wait_until(
    ready: Callable[[], bool], part: str, running: Running, log: Path, patience: float = 120
) -> None:
    """Waits until the part answers.

    Raises:
        DidNotStart: it ended, or did not answer within `patience` seconds.
    """
    deadline = time.monotonic() + patience
    while not ready():
        if not running.alive():
            raise DidNotStart(part, "ended while it started", log)
        if time.monotonic() > deadline:
            running.stop()
            raise DidNotStart(part, f"did not answer within {patience:.0f} s", log)
        time.sleep(POLL_SECONDS)


def lives(pid: int) -> bool:
    """Whether a program with that id runs; one that ended and waits for its burial does not."""
    try:
        return _lives(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return False


def wait_until_reaped(programs: Collection[Running], patience: float = 3) -> None:
    """Waits until ended programs are no longer listed: init may take a moment to forget them."""
    deadline = time.monotonic() + patience
    while any(psutil.pid_exists(ended.pid) for ended in programs) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def plain_environment() -> dict[str, str]:
    """What every program may know of our environment: no setting or secret of anyone's."""
    known = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
    return {name: os.environ[name] for name in known if name in os.environ}


def _signal(family: list[psutil.Process], number: signal.Signals) -> None:
    for member in family:
        try:
            member.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def _wait(family: list[psutil.Process], patience: float) -> None:
    deadline = time.monotonic() + patience
    while any(_lives(member) for member in family) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _lives(member: psutil.Process) -> bool:
    if (child := _children.get(member.pid)) is not None:
        child.poll()
    try:
        # A killed program is a zombie already while its last threads still hold its ports.
        gone = member.status() == psutil.STATUS_ZOMBIE and member.num_threads() <= 1
        return member.is_running() and not gone
    except psutil.NoSuchProcess:
        return False
