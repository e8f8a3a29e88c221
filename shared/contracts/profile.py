"""The shapes inside sealed fields: an HTCDS profile, and what an offer shows before acceptance."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """One profile field: the value as it came, and the codes of the standard that it maps to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    raw: str
    """As it was given."""
    codes: tuple[str, ...] = ()
    """The codes that it maps to."""
    flagged: bool = False
    """The raw value has no code: kept, and shown for correction."""


class Profile(BaseModel):
    """HTCDS 2.0: field name (`prs_Gender`, `vic_TypeOfExploitation`, …) to answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vocabulary: str = "HTCDS 2.0"
    """The standard that names fields and codes."""
    answers: dict[str, Answer]
    """Field name to answer."""


class MinimisedOffer(BaseModel):
    """What the addressee sees before it accepts: no name, no birth date, no text that names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    age_band: str
    """`9-17`, `48+`, or `unknown, treated as a child`."""
    gender: str | None = None
    """HTCDS 2.0 `prs_Gender`."""
    exploitation_types: tuple[str, ...] = ()
    """HTCDS 2.0 `vic_TypeOfExploitation`."""
    services_wanted: tuple[str, ...] = ()
    """HTCDS 2.0 `spl_Type`."""
    services_given: tuple[str, ...] = ()
    """HTCDS 2.0 `spl_Type`."""
    languages: tuple[str, ...] = ()
    """ISO 639 codes."""
    region: str | None = None
    """ISO 3166-1 or 3166-2: `TH` or `TH-50`."""
