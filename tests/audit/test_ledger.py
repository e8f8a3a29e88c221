"""What the log promises of what it takes in: PostgreSQL and the memory twin keep the same."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol
from uuid import UUID, uuid4

import psycopg2
import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from services.audit import ledger
from services.audit.entries import Entry, entry
from services.audit.memory import MemoryLog
from services.audit.queries import Alarmed, Body, TreeHead, reading_log
from services.audit.sequencer import Alarm, AlarmKind
from services.audit.tlog.hashing import leaf_hash, root_of_leaves
from services.audit.tlog.proofs import verify_consistency, verify_inclusion
from services.audit.tlog.stored import consistency_proof, inclusion_proof, root
from shared.contracts.envelope import Envelope, decode
from shared.eventstore.connections import engine
from shared.eventstore.errors import Unprocessable
from shared.messaging.records import Record
from tests.audit.events import Service, record_of_envelope
from tests.support.postgres import Databases, ServiceDatabase


class Ledger(Protocol):
    def add(self, entries: Sequence[Entry]) -> Sequence[Alarm]: ...
    def head(self) -> TreeHead: ...
    def leaves(self, first: int, limit: int) -> Sequence[tuple[int, bytes]]: ...
    def leaf_of(self, event_id: UUID) -> tuple[int, bytes] | None: ...
    def hashes(self, level: int, first: int, count: int) -> Sequence[bytes]: ...
    def alarms(self, after: int, limit: int) -> Sequence[Alarmed]: ...
    def bodies_of_case(self, case_id: UUID, after: int, limit: int) -> Sequence[Body]: ...


class PostgresLedger:
    """The real log, each call in a transaction of its own."""

    def __init__(self, database: Engine) -> None:
        self.database = database

    def add(self, entries: Sequence[Entry]) -> Sequence[Alarm]:
        with self.database.begin() as connection:
            return ledger.add(connection, entries)

    def head(self) -> TreeHead:
        with reading_log(self.database) as log:
            return log.head()

    def leaves(self, first: int, limit: int) -> Sequence[tuple[int, bytes]]:
        with reading_log(self.database) as log:
            return log.leaves(first, limit)

    def leaf_of(self, event_id: UUID) -> tuple[int, bytes] | None:
        with reading_log(self.database) as log:
            return log.leaf_of(event_id)

    def hashes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        with reading_log(self.database) as log:
            return log.hashes(level, first, count)

    def alarms(self, after: int, limit: int) -> Sequence[Alarmed]:
        with reading_log(self.database) as log:
            return log.alarms(after, limit)

    def bodies_of_case(self, case_id: UUID, after: int, limit: int) -> Sequence[Body]:
        with reading_log(self.database) as log:
            return log.bodies_of_case(case_id, after, limit)


def entries(records: Sequence[Record], topic: str = "cases") -> list[Entry]:
    return [entry(topic, record.body) for record in records]


def told_otherwise(record: Record, lie: Callable[[Envelope], Envelope]) -> list[Entry]:
    return entries([record_of_envelope(lie(decode(record.body)))])


class LedgerContract:
    @abstractmethod
    @pytest.fixture
    def log(self) -> Ledger: ...

    def test_an_empty_log_has_a_head(self, log: Ledger) -> None:
        assert log.head() == TreeHead(0, root_of_leaves([]))

    def test_each_event_becomes_one_leaf_in_order(self, log: Ledger) -> None:
        first, second = entries(Service("cases").line(2))
        assert log.add([first]) == log.add([second]) == []
        assert log.leaves(0, 10) == [(0, first.leaf), (1, second.leaf)]
        assert log.head() == TreeHead(
            2, root_of_leaves([leaf_hash(first.leaf), leaf_hash(second.leaf)])
        )

    def test_an_event_that_comes_again_stays_one_leaf(self, log: Ledger) -> None:
        once = entries(Service("cases").line(3))
        log.add(once)
        before = log.head()
        assert log.add(once) == []
        assert log.add([once[2], once[0], once[0]]) == []
        assert log.head() == before

    def test_an_event_twice_in_one_run_stays_one_leaf(self, log: Ledger) -> None:
        (once,) = entries(Service("cases").line(1))
        assert log.add([once, once]) == []
        assert log.head().size == 1

    def test_new_events_among_repeats_are_taken(self, log: Ledger) -> None:
        known = entries(Service("cases").line(4))
        log.add(known[:2])
        log.add(known)
        assert log.leaves(0, 10) == list(enumerate(one.leaf for one in known))
        assert log.leaves(1, 2) == [(1, known[1].leaf), (2, known[2].leaf)]

    def test_services_keep_lines_of_their_own(self, log: Ledger) -> None:
        log.add(entries(Service("cases").line(2)))
        assert log.add(entries(Service("intake").line(2), "intake")) == []
        assert log.head().size == 4

    def test_a_changed_event_is_an_alarm_and_no_leaf(self, log: Ledger) -> None:
        (record,) = Service("cases").line(1)
        log.add(entries([record]))
        before = log.head()
        lie = told_otherwise(record, lambda event: event._replace(data={"case_id": "other"}))
        assert [alarm.kind for alarm in log.add(lie)] == [AlarmKind.EVENT_CHANGED]
        assert log.head() == before
        (alarm,) = log.alarms(0, 10)
        assert (alarm.event_id, alarm.leaf) == (lie[0].event_id, lie[0].leaf)

    def test_another_event_in_a_logged_position_is_an_alarm_and_no_leaf(self, log: Ledger) -> None:
        (record,) = Service("cases").line(1)
        log.add(entries([record]))
        lie = told_otherwise(record, lambda event: event._replace(id=uuid4()))
        assert [alarm.kind for alarm in log.add(lie)] == [AlarmKind.POSITION_TAKEN]
        assert log.head().size == 1

    def test_one_contradiction_is_one_alarm_however_often_it_comes(self, log: Ledger) -> None:
        (record,) = Service("cases").line(1)
        log.add(entries([record]))
        lie = told_otherwise(record, lambda event: event._replace(actor="system:other"))
        for _ in range(3):
            log.add(lie)
        assert len(log.alarms(0, 10)) == 1

    def test_every_leaf_and_every_earlier_log_can_be_proven(self, log: Ledger) -> None:
        taken = entries(Service("cases").line(700))
        for start in range(0, 700, 100):
            log.add(taken[start : start + 100])
        head = log.head()
        for index in (0, 255, 256, 511, 512, 698, 699):
            found = log.leaf_of(taken[index].event_id)
            assert found == (index, taken[index].leaf)
            proof = inclusion_proof(log, index, 700)
            verify_inclusion(leaf_hash(taken[index].leaf), index, 700, head.root, proof)
        for size in (1, 255, 256, 257, 512, 640, 700):
            proof = consistency_proof(log, size, 700)
            verify_consistency(size, 700, root(log, size), head.root, proof)

    def test_bodies_are_kept_byte_for_byte(self, log: Ledger) -> None:
        case_id = uuid4()
        records = Service("cases").line(2, case_id)
        log.add(entries(records))
        assert [body.body for body in log.bodies_of_case(case_id, -1, 10)] == [
            record.body for record in records
        ]

    def test_a_case_is_told_by_the_streams_of_all_services_that_name_it(self, log: Ledger) -> None:
        case_id, person_id, other = uuid4(), uuid4(), uuid4()
        named = {"case_id": str(case_id)}
        parties = {"parties": {**named, "person_id": str(person_id)}}
        cases, intake, referrals = Service("cases"), Service("intake"), Service("referrals")
        story = [
            [intake.record(f"person-{person_id}", "vcms.intake.example.v1", {})],
            [intake.record("report-1", "vcms.intake.example.v1", {"report_id": "1"})],
            [intake.record("report-1", "vcms.intake.example.v1", named)],
            [cases.record(f"case-{case_id}", "vcms.cases.example.v1", named)],
            [referrals.record("referral-1", "vcms.referrals.example.v1", parties)],
        ]
        elsewhere = cases.line(1, other)
        for records, topic in zip(
            [*story, elsewhere],
            ["intake", "intake", "intake", "cases", "referrals", "cases"],
            strict=True,
        ):
            log.add(entries(records, topic))
        told = log.bodies_of_case(case_id, -1, 10)
        assert [body.body for body in told] == [record.body for (record,) in story]
        assert log.bodies_of_case(case_id, told[1].index, 2) == told[2:4]
        assert log.bodies_of_case(uuid4(), -1, 10) == []


class TestMemoryLog(LedgerContract):
    @pytest.fixture
    def log(self) -> Ledger:
        return MemoryLog()


@pytest.mark.stack
class TestPostgresLog(LedgerContract):
    @pytest.fixture
    def database(self, databases: Databases) -> ServiceDatabase:
        return databases.of("audit")

    @pytest.fixture
    def log(self, database: ServiceDatabase) -> Iterator[Ledger]:
        writer = engine(database.writer)
        yield PostgresLedger(writer)
        writer.dispose()

    def test_the_reader_role_reads_all_of_it(self, log: Ledger, database: ServiceDatabase) -> None:
        case_id = uuid4()
        log.add(entries(Service("cases").line(2, case_id)))
        reader = engine(database.reader)
        with reading_log(reader) as read:
            assert read.head().size == len(read.bodies_of_case(case_id, -1, 10)) == 2
            assert read.knows_case(case_id)
            assert not read.knows_case(uuid4())
        reader.dispose()

    def test_whoever_is_frozen_with_the_lock_in_hand_does_not_stop_the_log(
        self, log: Ledger, database: ServiceDatabase
    ) -> None:
        frozen = engine(database.writer)
        with frozen.connect() as silent:
            ledger.locked_tree(silent)
            log.add(entries(Service("cases").line(1)))
            with pytest.raises(OperationalError):
                ledger.add(silent, entries(Service("intake").line(1), "intake"))
            silent.invalidate()
        frozen.dispose()
        assert log.head().size == 1

    @pytest.mark.parametrize("table", ["leaves", "nodes", "bodies", "streams_of_case", "alarms"])
    def test_nobody_changes_what_is_logged(
        self, log: Ledger, database: ServiceDatabase, table: str
    ) -> None:
        for role, refusal in (
            (database.writer, psycopg2.errors.InsufficientPrivilege),
            (database.admin, psycopg2.errors.RaiseException),
        ):
            connection = psycopg2.connect(role)
            with pytest.raises(refusal), connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {table}")
            connection.close()


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"\xff", b"[]", b'{"id": 1}', b"null"], ids=lambda body: repr(body)
)
def test_what_is_no_envelope_is_unprocessable(body: bytes) -> None:
    with pytest.raises(Unprocessable):
        entry("cases", body)


def test_an_event_on_another_services_topic_is_unprocessable() -> None:
    (record,) = Service("cases").line(1)
    with pytest.raises(Unprocessable):
        entry("intake", record.body)


@pytest.mark.parametrize("data", [{}, {"case_id": 1}, {"case_id": "x"}, {"parties": []}], ids=str)
def test_data_that_names_no_case_ties_no_stream(data: dict[str, object]) -> None:
    record = Service("cases").record("case-1", "vcms.cases.example.v1", data)
    assert entry("cases", record.body).links == frozenset()
