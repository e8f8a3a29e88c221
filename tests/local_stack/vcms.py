"""Runs `vcms` as a person or a script would: in a program of its own, with a home of its own."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict

from deploy.local.services import VCMS


@dataclass(frozen=True)
class Ended:
    """How one run of `vcms` ended."""

    code: int
    said: str
    """Standard output and errors."""

    def sentence(self) -> str:
        """The one line that it said; more than one is a failure."""
        (line,) = self.said.splitlines()
        return line


@dataclass(frozen=True)
class Vcms:
    """`vcms` with one stack's folder."""

    home: Path

    def run(self, *words: str) -> Ended:
        ended = subprocess.run(
            [VCMS, *words],
            env={**os.environ, "VCMS_HOME": str(self.home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=300,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout)

    def up(self, *options: str) -> list[str]:
        """Starts what does not run; the names of what was started."""
        ended = self.run("up", "--json", *options)
        assert ended.code == 0, ended.said
        started: list[str] = json.loads(ended.said)["started"]
        return started

    def stack(self) -> "StackFile":
        return StackFile.model_validate_json((self.home / "stack.json").read_bytes())

    def runs(self) -> bool:
        """Whether everything that `stack.json` names is running."""
        try:
            return not any(gone(program) for program in self.programs().values())
        except (FileNotFoundError, psutil.NoSuchProcess):
            return False

    def programs(self) -> dict[str, psutil.Process]:
        """What runs, by name and instance: `kafka-1`, `cases-1`."""
        return {
            f"{program.name}-{program.instance}": psutil.Process(program.pid)
            for program in self.stack().processes
        }


def gone(program: psutil.Process) -> bool:
    """Ended, though init may not have forgotten it yet."""
    try:
        return not program.is_running() or program.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


class Exact(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServiceEntry(Exact):
    url: str
    database: str
    admin_database: str


class KafkaEntry(Exact):
    bootstrap: str
    topics: list[str]


class S3Entry(Exact):
    endpoint: str
    access_key: str
    secret_key: str
    buckets: list[str]


class OidcEntry(Exact):
    issuer: str
    token_endpoint: str


class SmtpEntry(Exact):
    host: str
    port: int


class RenewEntry(Exact):
    url: str
    form: dict[str, str]


class PersonEntry(Exact):
    name: str
    organisation: str
    roles: list[str]
    token: str
    renew: RenewEntry


class ProgramEntry(Exact):
    name: str
    instance: int
    pid: int
    log: Path


class StackFile(Exact):
    """The shape of `stack.json` that tools rely on."""

    services: dict[str, ServiceEntry]
    kafka: KafkaEntry
    s3: S3Entry
    oidc: OidcEntry
    smtp: SmtpEntry
    people: list[PersonEntry]
    processes: list[ProgramEntry]
    data_directories: list[Path]
