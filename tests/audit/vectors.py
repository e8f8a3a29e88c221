"""Writes docs/auditing/vectors.json: `python -m tests.audit.vectors`."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from services.audit.tlog.hashing import leaf_hash, root_of_leaves
from services.audit.tlog.leaf import EventLeaf, encode, leaf_of_event
from services.audit.tlog.proofs import Leaves, consistency_ranges, inclusion_ranges
from shared.contracts import envelope

VECTORS = Path("docs/auditing/vectors.json")

CASE = "case-01970000-0000-7000-8000-00000000c001"


def recorded(number: int, service: str, wire_type: str, stream: str) -> envelope.Envelope:
    moment = datetime(2030, 1, 1, 12, 0, 0, 250_000 + number, tzinfo=UTC)
    return envelope.Envelope(
        id=UUID(int=0x01970000_0000_7000_8000_000000000000 + number),
        service=service,
        type=wire_type,
        stream=stream,
        version=number,
        position=number,
        occurred_at=moment,
        recorded_at=moment,
        actor=f"system:{service}",
        subject=None,
        correlation_id=UUID(int=0x01970000_0000_7000_8000_00000000F001),
        causation_id=UUID(int=0x01970000_0000_7000_8000_00000000F002),
        nonce=f"{number:032x}",
        data={"note": "only an example: é ዓ 🂡"},
    )


def examples() -> list[tuple[EventLeaf, bytes | None]]:
    events = [
        recorded(1, "cases", "vcms.cases.case_opened.v1", CASE),
        recorded(2, "cases", "vcms.cases.service_recorded.v1", CASE),
        recorded(3, "referrals", "vcms.referrals.referral_offered.v1", "referral-1"),
        recorded(4, "attachments", "vcms.attachments.evidence_sealed.v2", "evidence-1"),
    ]
    bodies = [(event, envelope.encode(event)) for event in events]
    return [(leaf_of_event(event, body), body) for event, body in bodies] + [
        (smallest(), None),
        (largest(), None),
        (smallest(position=2), None),
    ]


def smallest(position: int = 1) -> EventLeaf:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return EventLeaf(UUID(int=0), position, epoch, bytes(32), "a", "b")


def largest() -> EventLeaf:
    end = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    names = "s" * 255, "t" * 255
    return EventLeaf(UUID(int=2**128 - 1), 2**64 - 1, end, b"\xff" * 32, *names)


def not_leaves() -> list[dict[str, str]]:
    good = encode(smallest())
    return [
        {"why": why, "leaf": leaf.hex()}
        for why, leaf in (
            ("no bytes", b""),
            ("a kind that is not in use", b"\x00" + good[1:]),
            ("a reserved kind", b"\x02" + good[1:]),
            ("cut inside the fixed fields", good[:40]),
            ("cut before the type", good[:67]),
            ("cut inside a name", good[:65] + b"\x09cases"),
            ("an empty name", good[:65] + b"\x00\x01b"),
            ("a name that is not ASCII", good[:65] + b"\x01\xe9\x01b"),
            ("a space in a name", good[:65] + b"\x01 \x01b"),
            ("bytes after the end", good + b"\x00"),
            ("a time after the year 9999", good[:25] + b"\xff" * 8 + good[33:]),
        )
    ]


def vectors() -> dict[str, object]:
    leaves = [encode(leaf) for leaf, _ in examples()]
    hashes = [leaf_hash(leaf) for leaf in leaves]
    size = len(leaves)

    def path(ranges: list[Leaves]) -> list[str]:
        return [root_of_leaves(hashes[start:end]).hex() for start, end in ranges]

    return {
        "leaves": [described(leaf, body) for leaf, body in examples()],
        "not_leaves": not_leaves(),
        "roots": [{"size": n, "root": root_of_leaves(hashes[:n]).hex()} for n in range(size + 1)],
        "inclusion": [
            {"index": index, "size": n, "proof": path(inclusion_ranges(index, n))}
            for n in range(1, size + 1)
            for index in range(n)
        ],
        "consistency": [
            {"first": first, "second": n, "proof": path(consistency_ranges(first, n))}
            for n in range(1, size + 1)
            for first in range(1, n + 1)
        ],
    }


def described(leaf: EventLeaf, body: bytes | None) -> dict[str, object]:
    written = encode(leaf)
    return {
        "event_id": str(leaf.event_id),
        "position": leaf.position,
        "recorded_at": envelope.timestamp(leaf.recorded_at),
        "body": None if body is None else body.decode(),
        "body_sha256": leaf.body_sha256.hex() if body is None else sha256(body).hexdigest(),
        "service": leaf.service,
        "type": leaf.type,
        "leaf": written.hex(),
        "leaf_hash": leaf_hash(written).hex(),
    }


def text() -> str:
    return json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    VECTORS.write_text(text(), encoding="utf-8")
