"""The writer's SQL: two strings for each batch, each sent in one round trip.

Under READ COMMITTED every statement of a string has a snapshot of its own, so what follows the
lock sees all that was committed before it was granted. Rows travel as one JSON value for a table.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple, TypeAlias

import orjson

from shared.eventstore.batch import Done, Owner, RefusedReaction, Writes, Written
from shared.eventstore.calls import Run

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


LOCK = "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(%(lock)s);"

INBOX_ROWS = """
    INSERT INTO inbox (consumer, topic)
    SELECT * FROM json_to_recordset(%(inboxes)s) AS asked (owner text, key text)
    ON CONFLICT DO NOTHING;
"""

HEAD = """
    (SELECT 'head' AS part, position, '' AS owner, '' AS key, stream, version, 0 AS event_count,
            event_id AS id, chain AS bytes, recorded_at AS at
       FROM events ORDER BY position DESC LIMIT 1)
"""

# LATERAL with a LIMIT looks each key up by its index, whatever the planner knows of the table.
HANDLED = """
    SELECT 'handled', h.position, h.principal, h.key, h.stream, h.version, h.event_count,
           h.command_id, h.request_hash, NULL
      FROM json_to_recordset(%(asked)s) AS asked (owner text, key text),
   LATERAL (SELECT * FROM handled_commands
             WHERE principal = asked.owner AND key = asked.key LIMIT 1) AS h
"""

INBOX = """
    SELECT 'inbox', i.position, i.consumer, i.topic, '', 0, 0, NULL, ''::bytea, NULL
      FROM (SELECT * FROM inbox WHERE partition = 0 AND (consumer, topic) IN
               (SELECT * FROM json_to_recordset(%(inboxes)s) AS asked (owner text, key text))
               FOR UPDATE) AS i
"""

LATER = """
    (SELECT 'later', position, '', '', stream, version, 0, event_id, body, NULL
       FROM events WHERE position > %(seen)s ORDER BY position LIMIT %(later_limit)s)
"""

HISTORY = """
    SELECT 'history', position, '', '', stream, version, 0, event_id, body, NULL
      FROM events WHERE stream = ANY(%(streams)s)
"""

INSERT_EVENTS = """
    INSERT INTO events
    SELECT position, stream, version, event_id, type, schema_version, occurred_at, recorded_at,
           actor, subject, correlation_id, causation_id, body, chain
      FROM json_to_recordset(%(events)s) AS event (
           position bigint, stream text, version integer, event_id uuid, type text,
           schema_version integer, occurred_at timestamptz, recorded_at timestamptz, actor text,
           subject uuid, correlation_id uuid, causation_id uuid, body bytea, chain bytea);
"""

INSERT_HANDLED = """
    INSERT INTO handled_commands
    SELECT principal, key, request_hash, stream, version, position, command_id, event_count
      FROM json_to_recordset(%(done)s) AS done (
           principal text, key text, request_hash bytea, stream text, version integer,
           position bigint, command_id uuid, event_count integer);
"""

CLAIM_RUNS = """
    UPDATE inbox SET position = run.last
      FROM json_to_recordset(%(runs)s)
        AS run (consumer text, topic text, first bigint, last bigint)
     WHERE inbox.consumer = run.consumer AND inbox.topic = run.topic AND inbox.partition = 0
       AND inbox.position = run.first - 1;
"""

INSERT_REFUSED = """
    INSERT INTO refused_reactions
    SELECT command_id, consumer, topic, causation_id, stream, reason, %(recorded_at)s
      FROM json_to_recordset(%(refused)s) AS refused (
           command_id uuid, consumer text, topic text, causation_id uuid, stream text, reason text)
    ON CONFLICT DO NOTHING;
"""

NOTIFY = f"NOTIFY {CHANNEL};"
COMMIT = "COMMIT"


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
    parts, values = [HEAD, HANDLED], Values(lock=lock, asked=_owners(asked))
    if runs:
        parts.append(INBOX)
        values["inboxes"] = _owners({(run.consumer, run.topic) for run in runs})
    if seen is not None:
        parts.append(LATER)
        values |= {"seen": seen, "later_limit": LATER_LIMIT}
    if unknown:
        parts.append(HISTORY)
        values["streams"] = list(unknown)
    reads = " UNION ALL ".join(parts) + " ORDER BY position"
    return LOCK + (INBOX_ROWS if runs else "") + reads, values


def history(streams: Collection[str]) -> Statement:
    return HISTORY + " ORDER BY position", {"streams": list(streams)}


def closing(writes: Writes, recorded_at: datetime) -> Statement:
    """Writes everything, wakes the readers and commits."""
    text, values = "", Values(recorded_at=recorded_at)
    if writes.events:
        text += INSERT_EVENTS + NOTIFY
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
