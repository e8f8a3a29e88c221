"""Runs the mail sink, which keeps each message as a file for tests and people to read."""

import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local.part import Part
from deploy.local.supervision import Running, plain_environment, spawn


@dataclass(frozen=True)
class Mail(Part):
    """A running SMTP server; what came stands in `directory / "received"`, one `.eml` each."""

    name = "the mail sink"

    def messages(self) -> list[Path]:
        """What came, oldest first."""
        return sorted((self.directory / "received").glob("*.eml"))


def start(directory: Path) -> Mail:
    """Starts the sink of `directory`; what runs already is kept.

    Raises:
        CannotStart: the port is taken, or it did not start.
    """
    return Mail.kept(directory, lambda port: launch(directory, port))


def launch(directory: Path, port: int) -> Running:
    received = directory / "received"
    received.mkdir(exist_ok=True)
    return spawn(
        [sys.executable, "-m", "deploy.local.mail_sink", received, str(port)],
        directory=directory,
        environment=plain_environment(),
    )
