"""The whole stack, with a PostgreSQL that remembers when each row was committed."""

import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from bench.rounds import Void
from bench.servers import execute, fresh
from deploy.layout import SERVICES
from deploy.local import postgres, services
from deploy.local.home import Home
from deploy.local.people import ORGANISATIONS, person
from deploy.local.secret_file import remembered_key
from deploy.local.service_settings import Parts, environment
from deploy.local.services import Service
from deploy.local.supervision import Running, spawn
from deploy.local.up import start_parts

PATIENCE = 60.0
QUIET_LOOKS = 3
"""In a row that must find nothing waiting."""

MEASURING = ("track_commit_timestamp = 'on'", "wal_level = 'logical'")


@contextmanager
def infrastructure() -> Iterator[Parts]:
    """PostgreSQL, Kafka, S3, identity and mail, as `vcms up` starts them."""
    home = Home(fresh("end-to-end"))
    with ExitStack() as ending:
        ending.callback(shutil.rmtree, home.directory, ignore_errors=True)
        parts = start_parts(home, lambda _: None)
        for part in (parts.kafka, parts.s3, parts.openid, parts.mail):
            ending.callback(part.kill)
        for setting in MEASURING:
            execute(parts.postgres.url(), f"ALTER SYSTEM SET {setting}")
        parts.postgres.stop()
        server = postgres.start(parts.postgres.directory)
        ending.callback(server.stop)
        remembered_key(home.wrapping_key)
        yield Parts(home, server, parts.kafka, parts.s3, parts.openid, parts.mail)


@dataclass(frozen=True)
class Six:
    """All six services of one contestant, one instance of each."""

    parts: Parts
    services: Mapping[str, Service]

    def quiet(self) -> None:
        """Waits until nothing waits anywhere. Raises Void: something always does."""
        deadline, quiet = time.monotonic() + PATIENCE, 0
        while quiet < QUIET_LOOKS:
            quiet = 0 if any(map(waiting, self.services.values())) else quiet + 1
            if time.monotonic() > deadline:
                raise Void("the stack does not come to rest")
            time.sleep(0.1)


@contextmanager
def serving(parts: Parts, program: str) -> Iterator[Six]:
    """`program`: `vcms`, or the module that serves in its place."""
    with ExitStack() as ending:
        started = {}
        for name in SERVICES:
            directory = parts.home.service(name, 1)
            launch = partial(launched, directory, parts, name, program)
            service = Service.kept(directory, launch)
            ending.callback(service.stop)
            started[name] = service
        yield Six(parts, started)


def launched(directory: Path, parts: Parts, name: str, program: str, port: int) -> Running:
    settings = environment(parts, name, port)
    if program == "vcms":
        return services.launch(directory, settings)
    settings = {**settings, "PYTHONPATH": str(Path.cwd())}
    return spawn([sys.executable, "-m", program, name], directory=directory, environment=settings)


def waiting(service: Service) -> bool:
    answer = httpx.get(f"{service.url}/readyz", timeout=10)
    pending = answer.json()["pending"]
    counts = [pending["relay"], *pending["consumers"].values(), *pending["projections"].values()]
    return answer.status_code != 200 or any(counts)


def register_organisations(service: Service, tokens: Mapping[str, str]) -> None:
    for organisation in ORGANISATIONS:
        admin = person(organisation, "admin")
        body = {"name": organisation.name, "kind": "NGO", "country": "GB", "services": ["Health"]}
        answer = httpx.post(
            f"{service.url}/organisations",
            json=body,
            headers={
                "Authorization": f"Bearer {tokens[admin.key]}",
                "Idempotency-Key": organisation.key,
            },
        )
        if answer.status_code != 201:
            raise Void(f"an organisation was answered {answer.status_code}")
