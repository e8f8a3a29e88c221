"""Whoever hashes a large file is killed while at it: the file is sealed once, with its hash."""

import asyncio
from hashlib import sha256
from uuid import UUID

import pytest
from aiohttp import ClientSession, ClientTimeout

from deploy.local.people import Person
from tests.scenarios.conftest import Played
from tests.scenarios.leaders import holder
from tests.scenarios.load import PATIENCE, Load
from tests.scenarios.stack import Whole
from tests.support.postgres import query

pytestmark = [pytest.mark.stack, pytest.mark.chaos]

PART = sha256(b"footage").digest() * (8 * 1024 * 1024 // 32)
PARTS = 32
"""256 MiB: long enough to be met while it is read."""


async def test_a_file_is_sealed_once_though_all_who_hash_it_are_killed(
    whole: Whole, played: Played
) -> None:
    case = played.told.referrals[-1].case
    async with ClientSession(timeout=ClientTimeout(60)) as http:
        load = Load(whole, http)
        file = await send(load, case.owner, case.case_id)
        at = f"/evidence/{file}"
        await load.command(case.owner, "attachments", f"{at}/completion")
        await kill_all_who_hash(whole, UUID(file))
        expected = sha256(PART * PARTS).hexdigest()
        await load.appears(case.owner, "attachments", at, state="sealed", sha256=expected)
    await whole.settle()
    assert ends(whole, UUID(file)) == [("vcms.attachments.evidence_sealed.v1", expected)]


async def send(load: Load, who: Person, case_id: str) -> str:
    """The id of a file of which all bytes are there."""
    announced = {
        "case_id": case_id,
        "filename": "statement.mp4",
        "media_type": "video/mp4",
        "size": len(PART) * PARTS,
    }
    file = str((await load.command(who, "attachments", "/evidence", announced))["id"])
    parts = await load.read(who, "attachments", f"/evidence/{file}/parts?limit={PARTS}")
    for part in parts["items"]:
        await load.put(part["url"], PART)
    return file


async def kill_all_who_hash(whole: Whole, file: UUID) -> None:
    """One instance after the other; the object store is frozen, so that none comes to the end."""
    store = whole.found("s3")
    assert store is not None
    first = await hashing(whole, file)
    store.pause()
    try:
        await kill(whole, first)
        second = await hashing(whole, file)
        await kill(whole, second)
        assert ends(whole, file) == [], "it was hashed before the kill"
    finally:
        store.resume()
    assert {first, second} == {"attachments-1", "attachments-2"}
    await asyncio.gather(*(asyncio.to_thread(whole.bring_back, name) for name in (first, second)))


async def kill(whole: Whole, name: str) -> None:
    part = whole.found(name)
    assert part is not None
    await asyncio.to_thread(part.kill)


async def hashing(whole: Whole, file: UUID) -> str:
    """The instance that holds the file's lock, which is held while the file is read."""
    lock = str(file.int % 2**63)
    async with asyncio.timeout(PATIENCE):
        while True:
            name = await asyncio.to_thread(holder, whole, "attachments", lock)
            if name is not None:
                return name
            await asyncio.sleep(0.005)


def ends(whole: Whole, file: UUID) -> list[tuple[object, ...]]:
    """How the file ended, each time that it did: the event's type and the hash in it."""
    return query(whole.admin("attachments"), ENDS, f"evidence-{file}")


ENDS = """
    SELECT type, convert_from(body, 'UTF8')::jsonb #>> '{data,sha256}' FROM events
     WHERE stream = %s AND type ~ 'evidence_(sealed|rejected)'
"""
