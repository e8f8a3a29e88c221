"""`vcms operator`: what an operator sees of parked events, and the ways back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from cli.exit_codes import ExitCode
from cli.main import app
from deploy.local.kafka import Kafka
from services.cases.projections import WORKLISTS
from services.referrals.projections import CASE_OWNERS
from shared.eventstore.connections import engine
from shared.eventstore.parking import BEHIND
from shared.eventstore.projector import Projector
from shared.messaging.consumer import Consumer
from shared.messaging.effects import Project
from shared.messaging.inbox import PostgresInbox
from shared.messaging.line import Unfit
from shared.messaging.relay import Relay
from tests.messaging.lines import (
    asked,
    execute,
    garbled,
    garbled_opening,
    hashes,
    opened,
    recorded,
    write,
    write_records,
)
from tests.messaging.topic_lines import KafkaLine, MemoryLine
from tests.messaging.waiting import eventually, pending, running
from tests.support.postgres import Databases, ServiceDatabase, query

pytestmark = pytest.mark.stack

CONSUMER = "referrals.cases"
STREAM = asked(1).stream


@dataclass(frozen=True)
class Operator:
    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(app, ["operator", *words])

    def json(self, *words: str) -> dict[str, object]:
        answer = self(*words, "--json")
        assert answer.exit_code == ExitCode.DONE, answer.output
        document: dict[str, object] = json.loads(answer.output)
        return document


@pytest.fixture
def operator(ledger: ServiceDatabase, monkeypatch: pytest.MonkeyPatch) -> Operator:
    monkeypatch.setenv("VCMS_DATABASE_URL", ledger.writer)
    return Operator()


@pytest.fixture
def database(ledger: ServiceDatabase) -> Iterator[Engine]:
    made = engine(ledger.writer)
    yield made
    made.dispose()


@pytest.fixture
def inbox(database: Engine) -> PostgresInbox:
    """With one undecodable event, two events behind it, and one of another stream."""
    made = PostgresInbox(database, CONSUMER, "cases")
    made.standing()
    made.park(1, 1, garbled(1), Unfit("NotAnEnvelope: JSONDecodeError"))
    made.park(2, 2, asked(2), Unfit(BEHIND, behind=True))
    made.park(3, 3, asked(3), Unfit(BEHIND, behind=True))
    made.park(4, 4, asked(4, case=2), Unfit("KeyError in somewhere, line 7"))
    return made


def test_the_list_says_what_is_parked_and_why(operator: Operator, inbox: PostgresInbox) -> None:
    rows = operator.json("parked", "list", "referrals")["parked"]
    assert isinstance(rows, list)
    assert [(row["position"], row["reason"]) for row in rows] == [
        (1, "NotAnEnvelope: JSONDecodeError"),
        (2, BEHIND),
        (3, BEHIND),
        (4, "KeyError in somewhere, line 7"),
    ]
    assert "NotAnEnvelope" in operator("parked", "list", "referrals").output


def test_nothing_parked_is_said_in_words(operator: Operator) -> None:
    assert operator("parked", "list", "referrals").output == "referrals has parked nothing.\n"


def test_an_event_is_shown_as_it_came(operator: Operator, inbox: PostgresInbox) -> None:
    shown = operator.json("parked", "show", "referrals", CONSUMER, "2")
    assert shown["event"] == json.loads(asked(2).body)


def test_bytes_that_are_no_event_are_not_shown(operator: Operator, inbox: PostgresInbox) -> None:
    assert operator.json("parked", "show", "referrals", CONSUMER, "1")["event"] is None


def test_a_retry_is_asked_for_the_whole_stream(operator: Operator, inbox: PostgresInbox) -> None:
    assert operator.json("parked", "retry", "referrals", CONSUMER, STREAM)["events"] == 3
    assert [event.position for event in inbox.to_retry()] == [1, 2, 3]


def test_a_skip_is_recorded_with_its_reason_and_frees_what_stands_behind(
    operator: Operator, inbox: PostgresInbox, ledger: ServiceDatabase
) -> None:
    operator.json("parked", "skip", "referrals", CONSUMER, "1", "--reason", "sent by mistake")
    given_up = "SELECT position, skipped_reason FROM parked WHERE skipped_at <= now()"
    assert query(ledger.admin, given_up) == [(1, "sent by mistake")]
    assert [event.position for event in inbox.to_retry()] == [2, 3]


@pytest.mark.parametrize("reason", [(), ("--reason", "  ")])
def test_a_skip_wants_a_reason(
    operator: Operator, inbox: PostgresInbox, reason: tuple[str, ...]
) -> None:
    answer = operator("parked", "skip", "referrals", CONSUMER, "1", *reason)
    assert answer.exit_code == ExitCode.USAGE
    assert inbox.progress().parked == 4


def test_only_the_first_event_of_a_stream_can_be_skipped(
    operator: Operator, inbox: PostgresInbox
) -> None:
    answer = operator("parked", "skip", "referrals", CONSUMER, "2", "--reason", "in haste")
    assert answer.exit_code == ExitCode.FAILED
    assert inbox.progress().parked == 4


@pytest.mark.parametrize(
    "words",
    [
        ("parked", "show", "referrals", CONSUMER, "9"),
        ("parked", "retry", "referrals", CONSUMER, "case-of-nobody"),
        ("parked", "skip", "referrals", CONSUMER, "9", "--reason", "x"),
        ("rebuild-projection", "cases", "cases.nothing"),
    ],
)
def test_what_is_not_there_is_one_line_and_an_exit_code(
    operator: Operator, inbox: PostgresInbox, words: tuple[str, ...]
) -> None:
    answer = operator(*words, "--json")
    assert answer.exit_code == ExitCode.FAILED
    assert json.loads(answer.output)["code"] == "failed"


def test_a_database_that_is_away_is_one_line_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VCMS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nowhere")
    answer = Operator()("parked", "list", "referrals", "--json")
    assert answer.exit_code == ExitCode.NO_ANSWER
    assert json.loads(answer.output)["code"] == "no_answer"


def test_without_settings_the_stack_on_this_machine_is_worked_on(
    ledger: ServiceDatabase,
    inbox: PostgresInbox,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    stack = {"services": {"referrals": {"database": ledger.writer}}, "kafka": {"bootstrap": ""}}
    (tmp_path / "stack.json").write_text(json.dumps(stack))
    monkeypatch.setenv("VCMS_HOME", str(tmp_path))
    assert Operator().json("parked", "list", "referrals")["parked"]
    answer = Operator()("parked", "list", "audit", "--json")
    assert answer.exit_code == ExitCode.NOT_RUNNING


@pytest.mark.parametrize("url", ["", "not an address"])
def test_without_an_address_it_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    monkeypatch.setenv("VCMS_HOME", str(tmp_path))
    monkeypatch.setenv("VCMS_DATABASE_URL", url)
    answer = Operator()("parked", "list", "audit", "--json")
    assert answer.exit_code == ExitCode.NOT_RUNNING
    assert "VCMS_DATABASE_URL" in json.loads(answer.output)["error"]


async def test_a_rebuilt_topic_holds_the_same_bytes_again(
    operator: Operator,
    ledger: ServiceDatabase,
    own_kafka: Kafka,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VCMS_KAFKA_BOOTSTRAP", own_kafka.bootstrap)
    line = KafkaLine(own_kafka.bootstrap, "referrals")
    await line.create()
    relay = Relay(ledger.writer, line.topic, line.bus)
    write(ledger.writer, range(1, 501))
    async with running(relay):
        await eventually(lambda: relay.pending() == 0)
        await asyncio.to_thread(operator.json, "rebuild-topic", "referrals")
        await eventually(lambda: relay.pending() == 0)
    found = await line.records()
    assert [record.position for record in found][:500] == list(range(1, 501))
    assert hashes(found) == recorded(ledger.admin)


async def test_gathered_facts_are_gathered_again_but_for_what_was_skipped(
    operator: Operator, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    referrals = databases.of("referrals")
    monkeypatch.setenv("VCMS_DATABASE_URL", referrals.writer)
    line, database = MemoryLine(), engine(referrals.writer)
    effect = Project(database, CASE_OWNERS.project)
    consumer = Consumer(CASE_OWNERS.name, "cases", CASE_OWNERS.handles, effect, line.bus)
    await line.send(opened(1, case=1), garbled_opening(2, case=2), opened(3, case=3))
    owners = "SELECT case_id FROM case_owners ORDER BY case_id"
    async with running(consumer):
        await eventually(lambda: pending(consumer) == 1)
        await asyncio.to_thread(
            operator.json, "parked", "skip", "referrals", consumer.name, "2", "--reason", "garbled"
        )
        await eventually(lambda: pending(consumer) == 0)
        before = query(referrals.admin, owners)
        execute(
            referrals.admin,
            "INSERT INTO case_owners SELECT gen_random_uuid(), a, p FROM"
            " (SELECT organisation a, person_id p FROM case_owners LIMIT 1) AS wrong",
        )
        await asyncio.to_thread(operator.json, "rebuild-projection", "referrals", consumer.name)
        await eventually(lambda: pending(consumer) == 0)
    database.dispose()
    assert len(before) == 2
    assert query(referrals.admin, owners) == before


async def test_a_rebuilt_projection_is_empty_and_then_as_it_was(
    operator: Operator, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = databases.of("cases")
    monkeypatch.setenv("VCMS_DATABASE_URL", cases.writer)
    write_records(cases.writer, [opened(1, case=1), opened(2, case=2)])
    projector = Projector(cases.writer, "cases", [WORKLISTS])
    async with running(projector):
        await eventually(lambda: projector.pending() == 0)
    before = query(cases.admin, "SELECT * FROM cases_of_organisation ORDER BY case_id")
    assert len(before) == 2
    await asyncio.to_thread(operator.json, "rebuild-projection", "cases", WORKLISTS.name)
    assert query(cases.admin, "SELECT * FROM cases_of_organisation") == []
    async with running(projector):
        await eventually(lambda: projector.pending() == 0)
    assert query(cases.admin, "SELECT * FROM cases_of_organisation ORDER BY case_id") == before
