"""What a client sends. Every field is documented, has a limit, and stands in a working example."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from services.intake.commands import ReceiveReport, RegisterPerson
from shared.contracts.kinds import Channel
from shared.contracts.marks import Clear
from shared.runtime.fields import FIRST_YEAR, Line, Moment, Text, body_config
from shared.runtime.wording import fault
from shared.vocabulary.age import latest_day
from shared.vocabulary.codes import CodeOf


def _birth_date(text: str) -> str:
    try:
        born = latest_day(text)
    except ValueError:
        raise fault("must be a date, or as much of it as is known: 2011, 2011-05") from None
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)  # it is later in the east
    if born.year < FIRST_YEAR or text > tomorrow.isoformat()[: len(text)]:
        raise fault(f"must lie between the year {FIRST_YEAR} and today")
    return text


BirthDate = Annotated[str, AfterValidator(_birth_date)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Gender = Annotated[str, CodeOf("prs_Gender")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]


class ReportBody(BaseModel):
    """A report or a lead that came in."""

    model_config = body_config(
        {
            "channel": "hotline",
            "received_at": "2024-03-01T08:30:00Z",
            "narrative": "A caller says that her cousin is held in a house near the port.",
            "language": "khm",
        }
    )

    channel: Channel = Field(description="How it came in.")
    received_at: Moment = Field(description="When it came in, with its offset.")
    narrative: Text = Field(description="What was reported, as it was said.")
    language: Language = Field(description="ISO 639 code of the narrative's language.")

    def command(self, report_id: UUID, by: UUID) -> ReceiveReport:
        return ReceiveReport(
            report_id=report_id,
            by=by,
            channel=self.channel,
            received_at=self.received_at,
            narrative=Clear(self.narrative),
            language=Clear(self.language),
        )


class PersonBody(BaseModel):
    """A person as known so far."""

    model_config = body_config(
        {
            "names": ["Mali Example", "มะลิ ตัวอย่าง"],
            "birth_date": "2011-05",
            "gender": "Feminine",
            "citizenship": ["TH"],
            "languages": ["tha"],
        }
    )

    names: tuple[Line, ...] = Field(
        min_length=1,
        max_length=10,
        description="As people write them, in any script; the preferred one first.",
    )
    birth_date: BirthDate | None = Field(
        default=None, description="`YYYY`, `YYYY-MM` or `YYYY-MM-DD`: as much as is known."
    )
    gender: Gender = Field(description="HTCDS 2.0 `prs_Gender`.")
    citizenship: tuple[Country, ...] = Field(
        default=(), max_length=10, description="ISO 3166-1 alpha-2 codes."
    )
    languages: tuple[Language, ...] = Field(
        default=(), max_length=20, description="ISO 639 codes, the best spoken first."
    )

    def command(self, person_id: UUID, by: UUID) -> RegisterPerson:
        return RegisterPerson(
            person_id=person_id,
            by=by,
            names=Clear(self.names),
            birth_date=None if self.birth_date is None else Clear(self.birth_date),
            gender=Clear(self.gender),
            citizenship=Clear(self.citizenship),
            languages=Clear(self.languages),
        )


class AcceptanceBody(BaseModel):
    """The person whom the report is about, and who is to look after the case."""

    model_config = body_config({"person_id": "01970000-0000-7000-8000-000000000001"})

    person_id: UUID = Field(description="A person in your organisation's register.")
    owner: UUID | None = Field(
        default=None, description="The staff member who gets the case; left out: whoever asks."
    )
