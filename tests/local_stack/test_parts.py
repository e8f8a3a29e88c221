"""Each part can be killed and comes back with the same files on the same port."""

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psutil
import psycopg2
import pytest
from minio.error import S3Error

from deploy.layout import BUCKETS
from deploy.local import kafka, postgres, s3
from deploy.local.buckets import client
from deploy.local.postgres import Postgres
from deploy.local.s3 import S3
from deploy.local.topics import topic_names
from tests.local_stack.vcms import gone

pytestmark = pytest.mark.stack


@pytest.fixture
def server(folder: Path) -> Iterator[Postgres]:
    yield postgres.start(folder)
    postgres.start(folder).kill()


def test_postgres_keeps_what_was_committed(server: Postgres) -> None:
    with psycopg2.connect(server.url()) as database:
        database.cursor().execute("CREATE TABLE kept (it int)")
    database.close()
    server.kill()
    assert not server.running.alive()
    again = postgres.start(server.directory)
    with psycopg2.connect(again.url()) as database:
        database.cursor().execute("SELECT it FROM kept")
    database.close()
    assert again.port == server.port


def test_what_runs_is_kept(server: Postgres) -> None:
    assert postgres.start(server.directory).running == server.running


def test_a_server_killed_beside_a_frozen_backend_starts_again(server: Postgres) -> None:
    backend = psutil.Process(server.running.pid).children()[0]
    backend.suspend()
    psutil.Process(server.running.pid).kill()
    again = postgres.start(server.directory)
    assert again.answers()
    assert gone(backend)


def test_a_frozen_server_answers_again_when_it_resumes(server: Postgres) -> None:
    server.pause()
    assert not server.answers()
    server.resume()
    assert server.answers()


def test_only_who_knows_the_password_gets_in(server: Postgres) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(server.url(password="guessed"))


def test_errors_in_the_log_tell_no_values(server: Postgres) -> None:
    database = psycopg2.connect(server.url())
    database.autocommit = True
    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE people (name text UNIQUE)")
        cursor.execute("INSERT INTO people VALUES ('Canary Sample')")
        with pytest.raises(psycopg2.errors.UniqueViolation):
            cursor.execute("INSERT INTO people VALUES ('Canary Sample')")
    database.close()
    server.stop()
    log = server.log.read_text()
    assert "duplicate key value violates unique constraint" in log
    assert "Canary" not in log


def test_kafka_keeps_its_topics(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The cluster's id is this in base64: of 64 one begins like an option.
    monkeypatch.setattr("uuid.uuid4", lambda: UUID("f8000000-0000-4000-8000-000000000000"))
    broker = kafka.start(folder, ["facts"])
    try:
        broker.kill()
        assert not broker.answers()
        again = kafka.start(folder)
        assert again.port == broker.port
        assert asyncio.run(topic_names(again.bootstrap)) == {"facts"}
    finally:
        kafka.start(folder).kill()


def test_s3_keeps_its_objects_and_who_may_write_them(folder: Path) -> None:
    store = s3.start(folder)
    try:
        for bucket, owner in BUCKETS.items():
            put(store, owner, bucket)
        with pytest.raises(S3Error, match="does not exist in our records"):
            put(store, "stranger", "evidence")
        store.kill()
        again = s3.start(folder)
        assert again.port == store.port
        for bucket, owner in BUCKETS.items():
            assert client(again.port, again.identity(owner)).stat_object(bucket, "kept").version_id
    finally:
        s3.start(folder).kill()


def put(store: S3, owner: str, bucket: str) -> None:
    body = b"of this one"
    signed = client(store.port, store.identity(owner))
    signed.put_object(bucket, "kept", io.BytesIO(body), len(body))
