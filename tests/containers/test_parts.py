"""The parts that are not ours run in containers as they do on the local stack."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer
from threading import Thread

import pytest

from deploy.docker.healthy import status
from deploy.docker.patience import until
from deploy.layout import BUCKET_OF
from deploy.local import kafka, postgres, s3
from deploy.local.ports import free_port
from tests.architecture.tree import ROOT
from tests.containers.compose import compose
from tests.containers.installed import made
from tests.runtime.keycloak import VERSION

SERVICES = compose().services
KEYCLOAK = ROOT / "deploy" / "docker" / "keycloak"
PROPERTY = re.compile(r"^([\w.]+)=(.*)$", re.MULTILINE)


def test_kafka_has_the_settings_of_the_local_stack_but_for_its_addresses() -> None:
    file = ROOT / "deploy" / "docker" / "kafka" / "server.properties"
    here = dict(PROPERTY.findall(kafka.SETTINGS))
    there = dict(PROPERTY.findall(file.read_text(encoding="utf-8")))
    differing = {name for name in here | there if here.get(name) != there.get(name)}
    assert differing == {
        *("listeners", "advertised.listeners", "log.dirs"),
        *("controller.quorum.bootstrap.servers", "controller.quorum.voters"),
    }
    assert there["auto.create.topics.enable"] == "false"
    assert there["advertised.listeners"] == "PLAINTEXT://kafka:9092"
    (data,) = (m.target for m in SERVICES["kafka"].mounts if m.source == "kafka")
    assert Path(data) in Path(there["log.dirs"]).parents


def test_kafka_comes_in_the_version_of_the_local_stack() -> None:
    jars = (ROOT / "deploy" / "local" / "kafka_jars.sha256").read_text(encoding="utf-8")
    version = SERVICES["kafka"].image.partition(":")[2]
    assert f"kafka_2.13-{version}.jar" in jars


def test_keycloak_comes_in_the_version_that_the_tests_sign_in_to() -> None:
    assert SERVICES["keycloak"].image == f"quay.io/keycloak/keycloak:{VERSION}"


def test_postgres_has_the_settings_and_the_locale_of_the_local_stack() -> None:
    told = dict(word[2:].split("=") for word in SERVICES["postgres"].typed[1:])
    addresses = {"listen_addresses", "unix_socket_directories"}
    assert told == {n: v for n, v in postgres.SETTINGS.items() if n not in addresses}
    words = shlex.split(SERVICES["postgres"].environment["POSTGRES_INITDB_ARGS"])
    assert dict(zip(words[::2], words[1::2], strict=True)) == {
        "--encoding": "UTF8",
        "--locale-provider": "builtin",
        "--builtin-locale": "C.UTF-8",
        "--locale": "C",
        "--auth-host": "scram-sha-256",
    }


def test_the_object_store_has_the_settings_of_the_local_stack_and_lets_in_s3_alone() -> None:
    words = [word.lstrip("-").partition("=") for word in SERVICES["s3"].typed[3:]]
    told = {name: value or "true" for name, _, value in words}
    own = {"dir", "s3.config", "s3.localSocket", "filer.localSocket"}
    wanted = {name: value for name, value in s3.SETTINGS.items() if name not in own}
    assert wanted.items() <= told.items()
    assert told.keys() - wanted.keys() == {"dir", "s3.config", "s3.ip.bind", "s3.port"}
    assert told["ip.bind"] == "127.0.0.1"
    assert SERVICES["s3"].environment == s3.MEMORY


def test_links_to_evidence_lead_to_the_published_port() -> None:
    (port,) = SERVICES["s3"].ports
    for name in ("attachments", "buckets"):
        told = SERVICES[name].environment
        assert told["VCMS_S3_ENDPOINT"] == f"http://s3.localhost:{port[1]}"
        assert told["VCMS_S3_BUCKET"] == BUCKET_OF["attachments"]
    assert port == ("127.0.0.1", 8333, 8333)
    assert "-s3.port=8333" in SERVICES["s3"].typed


def test_keycloak_is_given_the_passwords_that_were_made(tmp_path: Path) -> None:
    secrets, home = made(tmp_path / "secrets") / "keycloak", tmp_path / "home"
    (home / "bin").mkdir(parents=True)
    program = home / "bin" / "kc.sh"
    program.write_text('#!/bin/bash\nenv; echo "$@"\n')
    program.chmod(0o700)
    ended = subprocess.run(
        ["/bin/bash", KEYCLOAK / "start"],
        env={"SECRETS": str(secrets), "KC_HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    given = dict(line.partition("=")[::2] for line in ended.stdout.splitlines())
    assert given["KC_DB_PASSWORD"] == (secrets / "database").read_text()
    assert given["KC_BOOTSTRAP_ADMIN_PASSWORD"] == (secrets / "admin").read_text()
    assert given["PEOPLE_PASSWORD"] == (secrets / "people").read_text()
    assert ended.stdout.splitlines()[-1] == "start --import-realm"


def test_keycloak_does_not_start_without_its_passwords(tmp_path: Path) -> None:
    ended = subprocess.run(
        ["/bin/bash", KEYCLOAK / "start"],
        env={"SECRETS": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert ended.returncode != 0


@pytest.fixture(params=[b"200 OK", b"503 Service Unavailable"], ids=["well", "unwell"])
def answering(request: pytest.FixtureRequest) -> Iterator[tuple[int, bool]]:
    """A port where every request is answered, and whether it is answered well."""
    answer = b"HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % request.param

    class Reply(StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            self.wfile.write(answer)

    with TCPServer(("127.0.0.1", 0), Reply) as serving:
        thread = Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield serving.server_address[1], request.param.startswith(b"200")
        serving.shutdown()
        thread.join()


def test_who_asks_after_keycloak_hears_how_it_is(answering: tuple[int, bool]) -> None:
    port, well = answering
    ended = subprocess.run(
        ["/bin/bash", KEYCLOAK / "healthy"],
        env={"KC_HTTP_MANAGEMENT_PORT": str(port)},
        capture_output=True,
        check=False,
    )
    assert (ended.returncode == 0) is well


def test_who_asks_after_a_service_hears_how_it_is(answering: tuple[int, bool]) -> None:
    port, well = answering
    ended = subprocess.run(
        [sys.executable, "-S", "-m", "deploy.docker.healthy", "/readyz"],
        env={"VCMS_HTTP_PORT": str(port)},
        cwd=ROOT,
        check=False,
    )
    assert (ended.returncode == 0) is well


def test_silence_is_no_health() -> None:
    port = str(free_port())
    assert status(int(port), "/healthz") == 0
    ended = subprocess.run(
        ["/bin/bash", KEYCLOAK / "healthy"],
        env={"KC_HTTP_MANAGEMENT_PORT": port},
        capture_output=True,
        check=False,
    )
    assert ended.returncode != 0


def test_a_job_waits_for_its_part_but_not_for_ever() -> None:
    answers = iter([False, True])
    until(lambda: next(answers), "Kafka")
    with pytest.raises(SystemExit, match=r"^Kafka did not answer within 0 seconds\.$"):
        until(lambda: False, "Kafka", patience=0)
