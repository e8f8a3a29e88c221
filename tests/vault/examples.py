"""An event with personal fields, and one value that must never be seen in the clear."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass as contract

from shared.contracts.envelope import Envelope
from shared.contracts.marks import Clear, Personal, Public, Sealed
from shared.contracts.profile import Answer, Profile
from shared.vault.sealing import Place
from tests.support.specification import NOON

SUBJECT = UUID("01970000-0000-7000-8000-0000000000aa")
OTHER_SUBJECT = UUID("01970000-0000-7000-8000-0000000000bb")
EVENT_ID = UUID("01970000-0000-7000-8000-000000000001")
STREAM = f"shelf-{SUBJECT}"
PLACE = Place(STREAM, EVENT_ID)
CANARY = "Lightkeeper Ōmoto, 3rd of the 7 lamps"


@dataclass(frozen=True, slots=True)
class Wing:
    number: int


@contract(frozen=True, slots=True)
class LampShelved:
    shelf: UUID
    wing: Wing
    maker: Public[str]
    keeper: Personal[str]
    names: Personal[tuple[str, ...]]
    lit_on: Personal[date]
    profile: Personal[Profile]
    note: Personal[str] | None = None


PROFILE = Profile(answers={"prs_Gender": Answer(raw="女", codes=("female",))})
NAMES = ("Ōmoto", "أوموتو", "ဩမိုတို")
LIT_ON = date(2004, 2, 29)


def lamp(note: Personal[str] | None = None) -> LampShelved:
    return LampShelved(
        shelf=SUBJECT,
        wing=Wing(3),
        maker="Example Works",
        keeper=Clear(CANARY),
        names=Clear(NAMES),
        lit_on=Clear(LIT_ON),
        profile=Clear(PROFILE),
        note=note,
    )


def sealed_token(value: Personal[str]) -> Sealed:
    assert isinstance(value, Sealed)
    return value


def envelope(subject: UUID | None = SUBJECT, stream: str = STREAM) -> Envelope:
    return Envelope(
        id=EVENT_ID,
        service="lamps",
        type="vcms.lamps.lamp_shelved.v1",
        stream=stream,
        version=1,
        position=1,
        occurred_at=NOON,
        recorded_at=NOON,
        actor="system:lamps",
        subject=subject,
        correlation_id=EVENT_ID,
        causation_id=EVENT_ID,
        nonce="0" * 32,
        data={},
    )


LAMP = TypeAdapter(LampShelved)
