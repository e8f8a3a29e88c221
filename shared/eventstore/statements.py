"""The writer's SQL: two strings for each batch, each sent in one round trip.

Under READ COMMITTED every statement of a string has a snapshot of its own, so what follows the
lock sees all that was committed before it was granted.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from shared.eventstore.batch import Owner, Writes
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


LOCK = "BEGIN; SELECT pg_advisory_xact_lock(%(lock)s);"

INBOX_ROWS = """
    INSERT INTO inbox (consumer, topic) SELECT * FROM unnest(%(consumers)s, %(topics)s)
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
      FROM unnest(%(principals)s, %(keys)s) AS asked (principal, key),
   LATERAL (SELECT * FROM handled_commands
             WHERE principal = asked.principal AND key = asked.key LIMIT 1) AS h
"""

INBOX = """
    SELECT 'inbox', i.position, i.consumer, i.topic, '', 0, 0, NULL, ''::bytea, NULL
      FROM (SELECT * FROM inbox WHERE partition = 0 AND (consumer, topic) IN
               (SELECT * FROM unnest(%(consumers)s, %(topics)s)) FOR UPDATE) AS i
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
    INSERT INTO events SELECT position, stream, version, event_id::uuid, type, schema_version,
           occurred_at, %(recorded_at)s, actor, subject::uuid, correlation_id::uuid,
           causation_id::uuid, body, chain
      FROM unnest(%(positions)s, %(streams)s, %(versions)s, %(event_ids)s, %(types)s,
                  %(schema_versions)s, %(occurred)s, %(actors)s, %(subjects)s::text[],
                  %(correlations)s, %(causations)s, %(bodies)s, %(chains)s)
        AS made (position, stream, version, event_id, type, schema_version, occurred_at, actor,
                 subject, correlation_id, causation_id, body, chain);
"""

INSERT_HANDLED = """
    INSERT INTO handled_commands SELECT principal, key, request_hash, stream, version, position,
           command_id::uuid, event_count
      FROM unnest(%(principals)s, %(keys)s, %(hashes)s, %(done_streams)s, %(done_versions)s,
                  %(done_positions)s, %(command_ids)s, %(event_counts)s)
        AS done (principal, key, request_hash, stream, version, position, command_id, event_count);
"""

CLAIM_RUNS = """
    UPDATE inbox SET position = run.last
      FROM unnest(%(consumers)s, %(topics)s, %(firsts)s, %(lasts)s)
        AS run (consumer, topic, first, last)
     WHERE inbox.consumer = run.consumer AND inbox.topic = run.topic AND inbox.partition = 0
       AND inbox.position = run.first - 1;
"""

INSERT_REFUSED = """
    INSERT INTO refused_reactions SELECT command_id::uuid, consumer, topic, causation_id::uuid,
           stream, reason, %(recorded_at)s
      FROM unnest(%(refused_ids)s, %(refused_consumers)s, %(refused_topics)s,
                  %(refused_causations)s::text[], %(refused_streams)s, %(refused_reasons)s)
        AS refused (command_id, consumer, topic, causation_id, stream, reason)
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
    parts = [HEAD, HANDLED]
    values: Values = {"lock": lock} | _owners("principals", "keys", asked)
    if runs:
        parts.append(INBOX)
        values |= _owners("consumers", "topics", [(run.consumer, run.topic) for run in runs])
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
        values |= _events(writes)
    if writes.done:
        text += INSERT_HANDLED
        values |= _done(writes)
    if writes.runs:
        text += CLAIM_RUNS
        values |= _runs(writes.runs)
    if writes.refused:
        text += INSERT_REFUSED
        values |= _refused(writes)
    return text + COMMIT, values


def _owners(first: str, second: str, owners: Collection[Owner]) -> Values:
    return {first: [owner[0] for owner in owners], second: [owner[1] for owner in owners]}


def _events(writes: Writes) -> Values:
    envelopes = [event.envelope for event in writes.events]
    return {
        "positions": [envelope.position for envelope in envelopes],
        "streams": [envelope.stream for envelope in envelopes],
        "versions": [envelope.version for envelope in envelopes],
        "event_ids": [str(envelope.id) for envelope in envelopes],
        "types": [envelope.type for envelope in envelopes],
        "schema_versions": [event.schema_version for event in writes.events],
        "occurred": [envelope.occurred_at for envelope in envelopes],
        "actors": [envelope.actor for envelope in envelopes],
        "subjects": [envelope.subject and str(envelope.subject) for envelope in envelopes],
        "correlations": [str(envelope.correlation_id) for envelope in envelopes],
        "causations": [str(envelope.causation_id) for envelope in envelopes],
        "bodies": [event.body for event in writes.events],
        "chains": [event.chain for event in writes.events],
    }


def _done(writes: Writes) -> Values:
    calls = [done.call for done in writes.done]
    receipts = [done.receipt for done in writes.done]
    return {
        "principals": [call.principal for call in calls],
        "keys": [call.key for call in calls],
        "hashes": [call.request_hash for call in calls],
        "done_streams": [receipt.stream for receipt in receipts],
        "done_versions": [receipt.version for receipt in receipts],
        "done_positions": [receipt.position for receipt in receipts],
        "command_ids": [str(call.command_id) for call in calls],
        "event_counts": [len(receipt.event_ids) for receipt in receipts],
    }


def _runs(runs: Sequence[Run]) -> Values:
    return {
        "consumers": [run.consumer for run in runs],
        "topics": [run.topic for run in runs],
        "firsts": [run.first for run in runs],
        "lasts": [run.last for run in runs],
    }


def _refused(writes: Writes) -> Values:
    calls = [refused.call for refused in writes.refused]
    return {
        "refused_ids": [str(call.command_id) for call in calls],
        "refused_consumers": [refused.run.consumer for refused in writes.refused],
        "refused_topics": [refused.run.topic for refused in writes.refused],
        "refused_causations": [call.causation_id and str(call.causation_id) for call in calls],
        "refused_streams": [call.stream for call in calls],
        "refused_reasons": [refused.reason for refused in writes.refused],
    }
