"""What every place says has happened: the tables, the topics, the log. They must say the same."""

import asyncio
from collections.abc import Mapping
from hashlib import sha256
from uuid import UUID

from deploy.layout import SERVICES
from services.audit.tlog.leaf import decode as decode_leaf
from shared.contracts.envelope import decode
from shared.eventstore.connections import engine
from shared.eventstore.store import verify_chain, whole_history
from shared.messaging.bus import KafkaBus
from tests.scenarios.stack import Whole
from tests.support.postgres import query

History = Mapping[UUID, bytes]
"""Event id to the SHA-256 of its body."""


def in_tables(whole: Whole) -> History:
    """Of all services. Fails if a position is missing or a chain does not verify."""
    history: dict[UUID, bytes] = {}
    for service in SERVICES:
        database = engine(whole.admin(service))
        with database.connect() as connection:
            verify_chain(connection)
            for stored in whole_history(connection):
                history[decode(stored.body).id] = sha256(stored.body).digest()
        database.dispose()
    return history


async def on_kafka(whole: Whole) -> History:
    """Repeats folded. Fails if one event stands there with two bodies."""
    history: dict[UUID, bytes] = {}
    bus = KafkaBus(whole.file["kafka"]["bootstrap"])
    for service in SERVICES:
        async with bus.reader(service) as reader:
            begin, end = await reader.extent()
            reader.seek(begin)
            while reader.next_offset() < end:
                for record in await reader.fetch():
                    digest = sha256(record.body).digest()
                    assert history.setdefault(UUID(record.event_id), digest) == digest
    return history


def in_log(whole: Whole) -> History:
    """Fails if one event has two leaves."""
    history: dict[UUID, bytes] = {}
    for (leaf,) in query(whole.admin("audit"), "SELECT leaf FROM leaves ORDER BY index"):
        assert isinstance(leaf, memoryview)
        told = decode_leaf(bytes(leaf))
        assert told.event_id not in history
        history[told.event_id] = told.body_sha256
    return history


def check_histories(whole: Whole) -> int:
    """All three are the same; how many events that is."""
    tables = in_tables(whole)
    kafka = asyncio.run(on_kafka(whole))
    log = in_log(whole)
    assert tables == kafka
    assert tables == log
    return len(tables)


def owners(whole: Whole) -> dict[str, str]:
    """Of the cases that changed hands: `organisation/person`, as the last move had it."""
    return {str(case_id): str(owner) for case_id, owner in query(whole.admin("cases"), LAST_OWNERS)}


def check_owners(whole: Whole) -> int:
    """Every case that changed hands has one owner, the same in every projection; how many did."""
    last = owners(whole)
    cases = query(whole.admin("cases"), "SELECT case_id, owner_organisation, owner FROM " + ROWS)
    for case_id, organisation, owner in cases:
        assert last.get(str(case_id)) in (None, f"{organisation}/{owner}")
    referrals = query(whole.admin("referrals"), "SELECT case_id, organisation FROM case_owners")
    for case_id, organisation in referrals:
        assert last.get(str(case_id), str(organisation)).startswith(str(organisation))
    assert {str(case_id) for case_id, *_ in cases} >= last.keys()
    assert {str(case_id) for case_id, _ in referrals} >= last.keys()
    return len(last)


ROWS = "cases_of_organisation"
LAST_OWNERS = """
    SELECT DISTINCT ON (stream) (data->>'case_id')::uuid,
           data->>'to_organisation' || '/' || (data->>'to_owner')
      FROM (SELECT stream, version, (convert_from(body, 'UTF8')::jsonb)->'data' AS data
              FROM events WHERE type = 'vcms.cases.ownership_transferred.v1') AS moves
     ORDER BY stream, version DESC
"""
