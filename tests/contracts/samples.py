"""The golden samples: one recorded event of each type, and what reading it must give for ever.

`python -m tests.contracts.samples` writes those that are missing; what exists is never touched,
since events like it stand in append-only tables.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from itertools import count
from pathlib import Path
from typing import get_args, get_origin
from uuid import UUID

from pydantic_core import to_jsonable_python

from shared.contracts.attachments import Sha256
from shared.contracts.catalogue import CATALOGUE, Contract
from shared.contracts.envelope import Envelope, JsonObject, encode
from shared.contracts.marks import EventTime, Sealed, Size
from shared.contracts.publish.annotations import Mark, described
from shared.contracts.streams import stream_of

FOLDER = Path(__file__).parent / "samples"
MOMENT = datetime(2030, 1, 1, 12, 0, 0, 1, tzinfo=UTC)
TOKEN = "c2FtcGxlLW5vdC1hLXJlYWwtdG9rZW4tYnV0LWl0cy1mb3Jt"


@dataclass(frozen=True)
class Sample:
    """`body` is a recorded envelope; `event` and `data` are what reading it gives today.

    `clear` holds, for each sealed field, a value as the JSON that is sealed.
    """

    type: str
    body: JsonObject
    event: str
    data: JsonObject
    clear: JsonObject


def samples() -> list[Sample]:
    return [
        Sample(path.stem, **json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(FOLDER.glob("*.json"))
    ]


def write_missing() -> None:
    FOLDER.mkdir(exist_ok=True)
    for contract in CATALOGUE.contracts:
        path = FOLDER / f"{contract.type}.json"
        if not path.exists():
            path.write_text(json.dumps(first_sample(contract), indent=2) + "\n", encoding="utf-8")


def first_sample(contract: Contract) -> JsonObject:
    event = example(contract.event, ids())
    data = CATALOGUE.write(event)
    body = json.loads(encode(envelope(contract, data)))
    clear = {
        field.name: to_jsonable_python(value(field.shape, ids()))
        for field in described(contract.event)
        if field.mark is Mark.SEALED
    }
    return {"body": body, "event": contract.event.__name__, "data": data, "clear": clear}


def envelope(contract: Contract, data: JsonObject) -> Envelope:
    stream = stream_of(contract.event)
    numbers = ids(start=900)
    return Envelope(
        id=next(numbers),
        service=contract.service,
        type=contract.type,
        stream=f"{stream.kind}-{next(numbers)}",
        version=1,
        position=1,
        occurred_at=MOMENT,
        recorded_at=MOMENT,
        actor=f"staff:{next(numbers)}:{next(numbers)}",
        subject=next(numbers) if stream.subject else None,
        correlation_id=next(numbers),
        causation_id=next(numbers),
        nonce="0123456789abcdef" * 2,
        data=data,
    )


def ids(start: int = 1) -> Iterator[UUID]:
    return (UUID(f"01970000-0000-7000-8000-{number:012d}") for number in count(start))


def example(shape: type, numbers: Iterator[UUID]) -> object:
    values = {
        field.name: Sealed(TOKEN) if field.mark is Mark.SEALED else value(field.shape, numbers)
        for field in described(shape)
    }
    return shape(**values)


def value(shape: object, numbers: Iterator[UUID]) -> object:
    if shape is UUID:
        return next(numbers)
    if shape in PLAIN:
        return PLAIN[shape]
    if get_origin(shape) is tuple:
        return (value(get_args(shape)[0], numbers),)
    if get_origin(shape) is dict:
        return {"example": value(get_args(shape)[1], numbers)}
    if isinstance(shape, type) and issubclass(shape, Enum):
        return next(iter(shape))
    if isinstance(shape, type) and described(shape):
        return example(shape, numbers)
    raise LookupError(shape)


PLAIN: dict[object, object] = {
    EventTime: MOMENT,
    date: MOMENT.date(),
    Size: 7,
    bool: True,
    str: "Example",
    Sha256: "ab" * 32,
}

if __name__ == "__main__":
    write_missing()
