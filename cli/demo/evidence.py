"""A 64 MiB file: sent in parts straight to the object store, sealed, and fetched again."""

import asyncio
from hashlib import sha256
from time import monotonic

import httpx

from cli.demo.asking import LOOK_EVERY, PATIENCE, Asker, Json, NothingCame
from deploy.local.people import Person

SIZE = 64 * 1024 * 1024


def footage() -> bytes:
    """Bytes that stand for a video: the same every time."""
    return b"".join(sha256(number.to_bytes(4)).digest() for number in range(SIZE // 32))


async def upload(ask: Asker, store: httpx.AsyncClient, who: Person, case_id: str) -> str:
    """Sends the file and waits until its hash was computed; returns the evidence id."""
    content = footage()
    body = {
        "case_id": case_id,
        "filename": "statement.mp4",
        "media_type": "video/mp4",
        "size": len(content),
    }
    started = await ask.command(who, "attachments", "/evidence", body, expected=201)
    at = f"/evidence/{started['id']}"
    parts = await ask.every(who, "attachments", f"{at}/parts")
    size = started["part_size"]
    for part in parts:
        begin = (part["number"] - 1) * size
        answer = await store.put(part["url"], content=content[begin : begin + part["size"]])
        ask.note(who, f"PUT part {part['number']} of the file", 200, answer.status_code)
    await ask.command(who, "attachments", f"{at}/completion")
    sealed = await sealing(ask, who, at)
    digest = sha256(content).hexdigest()
    ask.note(who, "SHA-256 that the service computed", digest, sealed["sha256"])
    return str(started["id"])


async def sealing(ask: Asker, who: Person, at: str) -> Json:
    """The file once it is sealed.

    Raises:
        NothingCame: it never was.
    """
    began = monotonic()
    while (file := await ask.peek(who, "attachments", at)).get("state") != "sealed":
        if monotonic() - began > PATIENCE:
            raise NothingCame(f"{at} is sealed")
        await asyncio.sleep(LOOK_EVERY)
    ask.note(who, f"GET attachments {at} state", "sealed", file["state"])
    return file


async def fetch(ask: Asker, store: httpx.AsyncClient, who: Person, evidence_id: str) -> bytes:
    """The file's bytes, by a link that lives for a minute at most."""
    path = f"/evidence/{evidence_id}/downloads"
    link = await ask.command(who, "attachments", path)
    answer = await store.get(link["url"])
    ask.note(who, "GET the link to the bytes", 200, answer.status_code)
    return answer.content
