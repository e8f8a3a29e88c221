"""What a client sends. Every field is documented, has a limit, and stands in a working example."""

from datetime import date
from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, ValidationInfo, field_validator

from services.cases.commands import AssignNumber, ConfirmArrival, RecordProfile, RecordService
from shared.contracts.kinds import NumberKind
from shared.contracts.marks import Clear
from shared.contracts.profile import Profile
from shared.runtime.fields import Day, Line, Moment, Text, body_config
from shared.runtime.wording import fault
from shared.vocabulary.codes import CodeOf
from shared.vocabulary.htcds import HTCDS

SOMEBODY = "01970000-0000-7000-8000-000000000001"

FieldName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
RawAnswer = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
ServiceType = Annotated[str, CodeOf("spl_Type")]

T = TypeVar("T")


def _clear(value: T | None) -> Clear[T] | None:
    return None if value is None else Clear(value)


class OpenCaseBody(BaseModel):
    """A case without a report."""

    model_config = body_config({"person_id": SOMEBODY})

    person_id: UUID = Field(description="A person in your organisation's register.")
    owner: UUID | None = Field(
        default=None, description="The staff member who gets the case; left out: whoever asks."
    )


class ProfileBody(BaseModel):
    """The whole profile; it takes the place of the one before. What has no code is kept, and
    flagged for correction."""

    model_config = body_config(
        {
            "answers": {
                "prs_Gender": "Woman",
                "vic_TypeOfExploitation": "ForcedLabour; SexualExploitation",
                "vic_MethodsOfControl": "Debt bondage",
                "vic_AgeWhenTrafficked": "NotAsked",
            }
        }
    )

    answers: dict[FieldName, RawAnswer] = Field(
        min_length=1,
        max_length=100,
        description="HTCDS 2.0 field to answer, as it was given; several answers to one field are "
        "separated by semicolons. `Unknown` and `NotAsked` are answers too.",
    )

    @field_validator("answers")
    @classmethod
    def _each_field_once(cls, answers: dict[str, str]) -> dict[str, str]:
        if len({HTCDS.name(n) or n for n in answers}) < len(answers):
            raise fault("names one field in two spellings")
        return answers

    def profile(self) -> Profile:
        read = {HTCDS.name(n) or n: HTCDS.read(n, raw) for n, raw in self.answers.items()}
        return Profile(vocabulary=HTCDS.standard, answers=read)

    def command(self, by: UUID) -> RecordProfile:
        return RecordProfile(by, Clear(self.profile()))


class NumberBody(BaseModel):
    """A number under which somebody else knows the case."""

    model_config = body_config(
        {
            "kind": "government",
            "issuer": "Ministry of Social Affairs, Exampleland",
            "number": "GOV/1234/24",
            "valid_from": "2024-03-01",
        }
    )

    kind: NumberKind = Field(description="The government's, or an organisation's own.")
    issuer: Line = Field(description="Who gave it: an office or an organisation, never a person.")
    number: Line = Field(description="As it is written.")
    valid_from: Day | None = Field(default=None, description="First day, where it has one.")
    valid_to: Day | None = Field(default=None, description="Last day, where it has one.")

    @field_validator("valid_to")
    @classmethod
    def _ends_after_it_begins(cls, valid_to: date | None, others: ValidationInfo) -> date | None:
        begins: date | None = others.data.get("valid_from")
        if begins and valid_to and valid_to < begins:
            raise fault("lies before valid_from")
        return valid_to

    def command(self, by: UUID) -> AssignNumber:
        return AssignNumber(
            by=by,
            kind=self.kind,
            issuer=self.issuer,
            number=Clear(self.number),
            valid_from=_clear(self.valid_from),
            valid_to=_clear(self.valid_to),
        )


class ServiceBody(BaseModel):
    """A service that somebody provided to the survivor."""

    model_config = body_config(
        {
            "service_type": "Health",
            "provider": "Example Clinic",
            "provided_on": "2024-03-02",
            "outcome": "Examined; no treatment needed.",
            "grant_code": "EX-2024-07",
        }
    )

    service_type: ServiceType = Field(description="HTCDS 2.0 `spl_Type`.")
    provider: Line = Field(description="An organisation or its unit, never a person.")
    provided_on: Day = Field(description="The day on which it was provided.")
    outcome: Text | None = Field(default=None, description="What came of it.")
    grant_code: Line | None = Field(default=None, description="The funding that it is told to.")
    note: Text | None = Field(default=None, description="Anything else.")

    def command(self, by: UUID, entry_id: UUID) -> RecordService:
        return RecordService(
            by=by,
            entry_id=entry_id,
            provider=self.provider,
            service_type=Clear(self.service_type),
            provided_on=Clear(self.provided_on),
            outcome=_clear(self.outcome),
            grant_code=self.grant_code,
            note=_clear(self.note),
        )


class ReassignmentBody(BaseModel):
    """A new owner inside your organisation."""

    model_config = body_config({"owner": SOMEBODY})

    owner: UUID = Field(description="The staff member who gets the case.")


class ArrivalBody(BaseModel):
    """The survivor has arrived."""

    model_config = body_config(
        {"arrived_at": "2024-03-05T16:00:00+07:00", "condition": "Tired, unharmed."}
    )

    arrived_at: Moment = Field(description="When, with its offset.")
    condition: Text = Field(description="In what condition.")

    def command(self, by: UUID) -> ConfirmArrival:
        return ConfirmArrival(by, self.arrived_at, Clear(self.condition))
