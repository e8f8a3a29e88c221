"""The shapes inside sealed fields: an HTCDS profile, and what an offer shows before acceptance."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """One profile field: the value as it came, and the codes of the standard that it maps to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    raw: str
    codes: tuple[str, ...] = ()
    flagged: bool = False
    """The raw value has no code: kept, and shown for correction."""


class Profile(BaseModel):
    """HTCDS 2.0: field name (`prs_Gender`, `vic_TypeOfExploitation`, …) to answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vocabulary: str = "HTCDS 2.0"
    answers: dict[str, Answer]


class MinimisedOffer(BaseModel):
    """What the addressee sees before it accepts: no name, no birth date, no text that names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    age_band: str
    gender: str | None = None
    exploitation_types: tuple[str, ...] = ()
    services_wanted: tuple[str, ...] = ()
    services_given: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    region: str | None = None
