"""What `vcms serve` exports: one trace from a request through Kafka, and nothing personal."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import pytest
from pydantic_settings import BaseSettings

from deploy.layout import SERVICES
from deploy.local import openid
from deploy.local.kafka import Kafka
from deploy.local.oidc.tokens import AUDIENCE
from deploy.local.openid import OpenId
from deploy.local.people import LANTERN, person
from deploy.local.ports import HOST
from deploy.local.service_settings import in_words
from deploy.local.services import Service, launch
from deploy.local.supervision import plain_environment
from deploy.local.topics import create_topics
from shared.runtime.settings import (
    HttpSettings,
    IdentitySettings,
    KafkaSettings,
    KeySettings,
    TelemetrySettings,
)
from shared.runtime.telemetry import ALLOWED
from tests.runtime.collector import METRICS, TRACES, Collector, collecting
from tests.support.keys import KeysDatabase
from tests.support.postgres import Databases
from tests.support.serving import store_of
from tests.support.waiting import until

pytestmark = pytest.mark.stack

OFFICER = person(LANTERN, "intake")
CANARY = "Nobody-Is-Called-So"
PERSON = {"names": [CANARY], "gender": "Feminine", "languages": ["tha"]}


@dataclass(frozen=True)
class Parts:
    """What two services stand on: `intake` takes commands, `audit` takes in its events."""

    databases: Databases
    kafka: Kafka
    keys: KeysDatabase
    identity: OpenId
    collector: Collector
    folder: Path

    @contextmanager
    def serving(self, name: str) -> Iterator[Service]:
        """`vcms serve`, until it has ended and exported what was left."""
        store = store_of(self.databases.of(name))
        directory = self.folder / f"{name}-1"

        def environment(port: int) -> dict[str, str]:
            settings: list[BaseSettings] = [
                store,
                KeySettings(keys_url=self.keys.sealer, key_file=self.folder / "wrapping.key"),
                KafkaSettings(kafka_bootstrap=self.kafka.bootstrap),
                IdentitySettings(oidc_issuer=self.identity.issuer, oidc_audience=AUDIENCE),
                HttpSettings(http_host=HOST, http_port=port),
                TelemetrySettings(otlp_endpoint=self.collector.url),
            ]
            return dict(plain_environment()) | {
                name: word for one in settings for name, word in in_words(one).items()
            }

        service = Service.kept(directory, lambda port: launch(directory, environment(port)))
        try:
            yield service
        finally:
            service.stop()


@pytest.fixture
def parts(
    databases: Databases, own_kafka: Kafka, keys_database: KeysDatabase, tmp_path: Path
) -> Iterator[Parts]:
    asyncio.run(create_topics(own_kafka.bootstrap, SERVICES))
    (tmp_path / "wrapping.key").write_bytes(bytes(32))
    identity = openid.start(tmp_path / "openid")
    with collecting() as collector:
        yield Parts(databases, own_kafka, keys_database, identity, collector, tmp_path)
    identity.stop()


def test_one_trace_goes_from_the_request_through_the_topic_and_names_nobody(
    parts: Parts,
) -> None:
    with parts.serving("intake") as intake, parts.serving("audit") as audit:
        token = parts.identity.tokens([OFFICER])[OFFICER]
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": CANARY}
        assert httpx.get(f"{intake.url}/persons/{CANARY}").status_code == 401
        told = httpx.post(f"{intake.url}/persons", json=PERSON, headers=headers)
        assert told.status_code == 201
        person_id, (event_id,) = told.json()["id"], told.json()["event_ids"]
        for service, path in (
            (intake, f"/persons/{person_id}"),
            (audit, f"/log/proofs/inclusion/{event_id}"),
        ):
            asyncio.run(until(partial(answers, service, path, token)))
    (request,) = (span for span in parts.collector.spans() if span.name == "POST /persons")
    followed = {
        span.name: span.parent_span_id
        for span in parts.collector.spans()
        if span.trace_id == request.trace_id and span is not request
    }
    assert followed["intake.register"] == request.span_id
    assert followed["audit.ingest.intake"] == request.span_id
    names = {metric.name for metric in parts.collector.metrics()}
    assert names >= {"http.server.request.duration", "vcms.problems"}
    assert parts.collector.attributes() <= ALLOWED
    for path in (TRACES, METRICS):
        assert CANARY.encode() not in parts.collector.got(path)
        assert token.encode() not in parts.collector.got(path)


def answers(service: Service, path: str, token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{service.url}{path}", headers=headers).is_success
