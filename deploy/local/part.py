"""What all parts of the stack share: a folder of their own, a port, a program that runs."""

import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from deploy.local import ports
from deploy.local.refusals import DidNotStart
from deploy.local.supervision import Running, recall, wait_until


@dataclass(frozen=True)
class Part:
    """A running part; `directory` holds its files, `running.json`, `port` and `log`."""

    name: ClassVar[str] = ""
    ends_on: ClassVar[signal.Signals] = signal.SIGTERM
    patience: ClassVar[float] = 15

    directory: Path
    port: int
    running: Running

    @classmethod
    def title(cls, directory: Path) -> str:
        """What people call the part that lives there."""
        return cls.name

    @property
    def address(self) -> str:
        return f"{ports.HOST}:{self.port}"

    @property
    def log(self) -> Path:
        return self.directory / "log"

    def answers(self) -> bool:
        """Whether it does its work already."""
        return ports.answers(self.port)

    def stop(self) -> None:
        """Ends it in order; what is left after `patience` seconds is killed."""
        self.running.stop(self.ends_on, self.patience)

    def kill(self) -> None:
        """Ends it and its descendants at once (SIGKILL) and waits until they are gone."""
        self.running.kill()

    def pause(self) -> None:
        """Freezes it and its descendants (SIGSTOP)."""
        self.running.pause()

    def resume(self) -> None:
        self.running.resume()

    @classmethod
    def found(cls, directory: Path) -> Self | None:
        """The one that runs in `directory`, if one does."""
        running = recall(directory)
        return cls(directory, int((directory / "port").read_text()), running) if running else None

    @classmethod
    def kept(cls, directory: Path, launch: Callable[[int], Running]) -> Self:
        """The one that runs in `directory`, or else a new one on the port remembered there.

        Raises:
            CannotStart: the port is taken, or it did not start.
        """
        directory.mkdir(parents=True, exist_ok=True)
        found = cls.found(directory)
        if found is not None and found.comes_to_answer():
            return found
        port = ports.remembered(cls.title(directory), directory / "port")
        part = cls(directory, port, launch(port))
        part.wait_for_answer()
        return part

    def comes_to_answer(self) -> bool:
        """False when it just died, or had to be ended because it answers nobody."""
        try:
            self.wait_for_answer()
        except DidNotStart:
            return False
        return True

    def wait_for_answer(self) -> None:
        wait_until(self.answers, self.title(self.directory), self.running, self.log)
