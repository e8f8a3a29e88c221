"""The writer's SQL: two strings for each batch, each sent in one round trip.

Under READ COMMITTED every statement of a string has a snapshot of its own, so what follows the
lock sees all that was committed before it was granted. Rows travel as one JSON value for a table.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from importlib import resources
from typing import NamedTuple, TypeAlias

import orjson

from shared.eventstore.calls import Run
from shared.eventstore.present import Owner
from shared.eventstore.writes import Done, RefusedReaction, Writes, Written

Values: TypeAlias = dict[str, object]
Statement: TypeAlias = tuple[str, Values]

CHANNEL = "events"
LATER_LIMIT = 5000
"""Events that are folded into held streams one by one; when others wrote more, they are dropped."""


class Row(NamedTuple):
    """Of the opening statement. `part` says what it tells of: the head, a handled command, an
    inbox, an event written after ours, or an event of a stream's history."""

    part: str
    position: int
    owner: str
    key: str
    stream: str
    version: int
    event_count: int
    id: str | None
    bytes: memoryview
    at: datetime | None


PREPARED = resources.files("shared.eventstore").joinpath("writer.sql").read_text()
"""Once for each connection: planning takes longer than all the rest of a small batch."""

SESSION = {
    # A frozen writer cannot hold the lock for longer; who waits for it keeps the connection.
    "transaction_timeout": "2s",
    "lock_timeout": "1s",
    # Plans are made once, maybe while the tables are empty: they must fit full ones.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
}
"""PostgreSQL's settings for the writer's connection."""

BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(%(lock)s);"
INSERT_INBOXES = "EXECUTE insert_inboxes(%(inboxes)s);"
OPENING = "EXECUTE opening(%(asked)s, %(inboxes)s, %(seen)s, %(later_limit)s, %(streams)s)"
INSERT_EVENTS = f"EXECUTE insert_events(%(events)s); NOTIFY {CHANNEL};"
INSERT_HANDLED = "EXECUTE insert_handled(%(done)s);"
CLAIM_RUNS = "EXECUTE claim_runs(%(runs)s);"
INSERT_REFUSED = "EXECUTE insert_refused(%(refused)s, %(recorded_at)s);"
COMMIT = "COMMIT"
ROLLBACK = "ROLLBACK"
MUST_BE_NEW = "EXECUTE must_be_new(%(asked)s);"


def lock_number(service: str) -> int:
    """The service's advisory lock: 64 bits of its name's hash."""
    return int.from_bytes(sha256(f"vcms.{service}".encode()).digest()[:8], signed=True)


def opening(
    lock: int,
    asked: Collection[Owner],
    runs: Sequence[Run],
    seen: int | None,
    unknown: Collection[str],
) -> Statement:
    """Takes the lock, then reads the head, the handled keys, the inbox rows of `runs`, the events
    after position `seen` and all events of the streams in `unknown`, as one ordered result."""
    values: Values = {
        "lock": lock,
        "asked": _owners(asked),
        "inboxes": _owners({(run.consumer, run.topic) for run in runs}),
        "seen": seen,
        "later_limit": LATER_LIMIT,
        "streams": list(unknown),
    }
    return BEGIN + (INSERT_INBOXES if runs else "") + OPENING, values


def history(streams: Collection[str]) -> Statement:
    """All events of the streams, as the opening statement gives them; inside its transaction."""
    asked = {"asked": "[]", "inboxes": "[]", "seen": None, "later_limit": 0}
    return OPENING, asked | {"streams": list(streams)}


def at_once(
    lock: int, refused: Collection[Owner], writes: Writes, recorded_at: datetime
) -> Statement:
    """Takes the lock and writes what was decided before it. Fails, and writes nothing, where
    another has written since (the first position is taken), where a key of those that were done
    or of the `refused` is handled already, or where a stream taken to be new is not."""
    text, values = closing(writes, recorded_at)
    if not refused:
        return BEGIN + text, values | {"lock": lock}
    return BEGIN + MUST_BE_NEW + text, values | {"lock": lock, "asked": _owners(refused)}


def closing(writes: Writes, recorded_at: datetime) -> Statement:
    """Writes everything, wakes the readers and commits."""
    text, values = "", Values(recorded_at=recorded_at)
    if writes.events:
        text += INSERT_EVENTS
        values["events"] = _json([_event_row(written) for written in writes.events])
    if writes.done:
        text += INSERT_HANDLED
        values["done"] = _json([_done_row(done) for done in writes.done])
    if writes.runs:
        text += CLAIM_RUNS
        values["runs"] = _json([_run_row(run) for run in writes.runs])
    if writes.refused:
        text += INSERT_REFUSED
        values["refused"] = _json([_refused_row(refused) for refused in writes.refused])
    return text + COMMIT, values


def _json(rows: Sequence[Values]) -> str:
    return orjson.dumps(rows).decode()


def _bytea(raw: bytes) -> str:
    return "\\x" + raw.hex()


def _owners(owners: Collection[Owner]) -> str:
    return _json([{"owner": owner, "key": key} for owner, key in owners])


def _event_row(written: Written) -> Values:
    envelope = written.envelope
    return {
        "position": envelope.position,
        "stream": envelope.stream,
        "version": envelope.version,
        "event_id": envelope.id,
        "type": envelope.type,
        "schema_version": written.schema_version,
        "occurred_at": envelope.occurred_at,
        "recorded_at": envelope.recorded_at,
        "actor": envelope.actor,
        "subject": envelope.subject,
        "correlation_id": envelope.correlation_id,
        "causation_id": envelope.causation_id,
        "body": _bytea(written.body),
        "chain": _bytea(written.chain),
    }


def _done_row(done: Done) -> Values:
    call, receipt = done.call, done.receipt
    return {
        "principal": call.principal,
        "key": call.key,
        "request_hash": _bytea(call.request_hash),
        "stream": receipt.stream,
        "version": receipt.version,
        "position": receipt.position,
        "command_id": call.command_id,
        "event_count": len(receipt.event_ids),
    }


def _run_row(run: Run) -> Values:
    return {"consumer": run.consumer, "topic": run.topic, "first": run.first, "last": run.last}


def _refused_row(refused: RefusedReaction) -> Values:
    return {
        "command_id": refused.call.command_id,
        "consumer": refused.run.consumer,
        "topic": refused.run.topic,
        "causation_id": refused.call.causation_id,
        "stream": refused.call.stream,
        "reason": refused.reason,
    }
