"""What the contestants stand on: PostgreSQL, Kafka, an OpenID provider, a thousand open cases."""

import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import insert

from bench.command_api import plain
from bench.servers import fresh, new_database, running_kafka, running_postgres
from deploy.layout import KEYS
from deploy.local import openid, services
from deploy.local.databases import Databases
from deploy.local.home import Home
from deploy.local.kafka import Kafka
from deploy.local.oidc.tokens import AUDIENCE
from deploy.local.openid import OpenId
from deploy.local.people import LANTERN, person
from deploy.local.ports import HOST
from deploy.local.postgres import Postgres
from deploy.local.secret_file import remembered_key
from deploy.local.service_settings import in_words
from deploy.local.services import Service
from deploy.local.supervision import Running, plain_environment, recall, spawn
from deploy.local.topics import create_topics
from services.cases.app import CASE
from services.cases.commands import OpenCase
from services.cases.state import stream_of
from shared.contracts.actor import Staff
from shared.eventstore.calls import Call
from shared.eventstore.writer import Writer
from shared.runtime.clock import now
from shared.runtime.settings import (
    HttpSettings,
    IdentitySettings,
    KafkaSettings,
    KeySettings,
    StoreSettings,
)
from shared.vault.providers import KeyFile
from shared.vault.tables import SubjectKeys
from shared.vault.vault import Vault

CASES = 1000
TOPICS = ("cases", "intake", "referrals")
WORKER = person(LANTERN, "caseworker")
STAFF = Staff(LANTERN.id, WORKER.id, frozenset(WORKER.roles))


@dataclass(frozen=True)
class World:
    """All that runs, and whom the requests are about."""

    home: Home
    postgres: Postgres
    kafka: Kafka
    provider: OpenId
    token: str
    cases: Sequence[UUID]
    plain_url: str

    @property
    def databases(self) -> Databases:
        return Databases(self.home, self.postgres)

    def serving(self, name: str) -> Service:
        """Starts one contestant: `cases` is the real service, as `vcms serve` runs it."""
        directory = self.home.service(name, 1)
        return Service.kept(directory, lambda port: self._launch(name, directory, port))

    def end(self) -> None:
        """Ends every contestant, also those that sleep."""
        for directory in self.home.services.glob("*"):
            if running := recall(directory):
                running.kill()

    def _launch(self, name: str, directory: Path, port: int) -> Running:
        environment = {**plain_environment(), **self._settings(name, port)}
        if name == "cases":
            return services.launch(directory, environment)
        program = [sys.executable, "-m", "bench.command_api.serve", name]
        return spawn(program, directory=directory, environment=environment)

    def _settings(self, name: str, port: int) -> Mapping[str, str]:
        databases = self.databases
        writer, reader = (databases.url("cases", role) for role in ("writer", "reader"))
        url = self.plain_url if name == "plain" else writer
        return {
            "PYTHONPATH": str(Path.cwd()),
            **in_words(StoreSettings(database_url=url, reader_url=reader)),
            **in_words(KafkaSettings(kafka_bootstrap=self.kafka.bootstrap)),
            **in_words(IdentitySettings(oidc_issuer=self.provider.issuer, oidc_audience=AUDIENCE)),
            **in_words(HttpSettings(http_host=HOST, http_port=port)),
            **in_words(self.keys()),
        }

    def keys(self) -> KeySettings:
        return KeySettings(
            keys_url=self.databases.url(KEYS, "sealer"), key_file=self.home.wrapping_key
        )


@contextmanager
def world(name: str) -> Iterator[World]:
    with ExitStack() as ending:
        server = ending.enter_context(running_postgres(name))
        broker = ending.enter_context(running_kafka(name))
        asyncio.run(create_topics(broker.bootstrap, TOPICS))
        home = Home(fresh(name))
        remembered_key(home.wrapping_key)
        provider = openid.start(home.part("oidc"))
        ending.callback(provider.kill)
        for database in ("cases", KEYS):
            Databases(home, server).create(database)
            Databases(home, server).migrate(database)
        made = World(
            home=home,
            postgres=server,
            kafka=broker,
            provider=provider,
            token=provider.tokens([WORKER])[WORKER],
            cases=[uuid4() for _ in range(CASES)],
            plain_url=server.url(new_database(server)),
        )
        ending.callback(made.end)
        asyncio.run(open_cases(made))
        fill_plain(made)
        yield made


async def open_cases(made: World) -> None:
    """By the writer that the service itself uses."""
    keys = made.keys()
    vault = Vault(SubjectKeys(keys.keys_url), KeyFile(keys.key_file))
    writer = Writer(made.databases.url("cases", "writer"), "cases", [CASE], vault, now)
    writer.start()
    try:
        await asyncio.gather(*(writer.handle(opening(case)) for case in made.cases))
    finally:
        writer.stop()


def opening(case: UUID) -> Call:
    command = OpenCase(case, uuid4(), LANTERN.id, WORKER.id)
    return Call(
        stream=stream_of(case),
        command=command,
        actor=STAFF,
        key=str(case),
        request_hash=bytes(32),
        command_id=uuid4(),
        subject=command.person_id,
    )


def fill_plain(made: World) -> None:
    engine = plain.database(made.plain_url)
    plain.TABLES.create_all(engine)
    rows = [{"id": case, "organisation": LANTERN.id, "version": 1} for case in made.cases]
    with engine.begin() as connection:
        connection.execute(insert(plain.CASES), rows)
    engine.dispose()
