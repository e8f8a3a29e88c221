"""What a stack consists of, and what of it runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local import kafka, mail, openid, ports, postgres, s3
from deploy.local.home import Home
from deploy.local.part import Part
from deploy.local.services import Service
from deploy.local.supervision import Running, recall

PARTS: dict[str, type[Part]] = {
    "postgres": postgres.Postgres,
    "kafka": kafka.Kafka,
    "s3": s3.S3,
    "oidc": openid.OpenId,
    "mail": mail.Mail,
}


@dataclass(frozen=True)
class Seen:
    """A part that was started once, and whether it runs now."""

    directory: Path
    running: Running | None

    @property
    def name(self) -> str:
        """`kafka`, or a service and its instance: `cases-1`."""
        return self.directory.name

    @property
    def log(self) -> Path:
        return (self.directory / "log").resolve()

    @property
    def port(self) -> int:
        return int((self.directory / "port").read_text())


def seen(home: Home) -> Sequence[Seen]:
    """Every part that was ever started here, in the order in which it starts."""
    folders = [home.part(name) for name in PARTS] + sorted(home.services.glob("*-*"))
    return [Seen(folder, recall(folder)) for folder in folders if (folder / "port").exists()]


def check_ports(directories: Sequence[Path]) -> None:
    """Raises PortTaken: another program listens where a part that does not run did before."""
    for directory in directories:
        if (directory / "port").exists() and recall(directory) is None:
            ports.remembered(kind(directory).title(directory), directory / "port")


def found(directory: Path) -> Part | None:
    """The part that runs there."""
    return kind(directory).found(directory)


def kind(directory: Path) -> type[Part]:
    return PARTS.get(directory.name, Service)
