"""What requests to the referrals' interface carry."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from services.referrals.coded import AgeBand, Exploitation, Gender, Language, Region, ServiceType
from shared.contracts.kinds import Category, ReferralKind, Urgency
from shared.contracts.profile import MinimisedOffer
from shared.runtime.fields import Moment, Text, body_config
from shared.runtime.wording import fault

MOST = 20
"""Entries of one list in an offer."""

SOME_ID = "0197d3b0-0000-7000-8000-00000000000a"


def _each_once(categories: tuple[Category, ...]) -> tuple[Category, ...]:
    if len(set(categories)) < len(categories):
        raise fault("names one category twice")
    return categories


class OfferedFacts(BaseModel):
    """What the addressee sees before it accepts: in codes, so that nothing in it names."""

    model_config = body_config({"age_band": "9-17", "services_wanted": ["SocialCare"]})

    age_band: AgeBand = Field(description="`9-17`, `48+`, or `unknown, treated as a child`.")
    gender: Gender | None = Field(None, description="HTCDS 2.0 `prs_Gender`.")
    exploitation_types: tuple[Exploitation, ...] = Field(
        (), max_length=MOST, description="HTCDS 2.0 `vic_TypeOfExploitation`."
    )
    services_wanted: tuple[ServiceType, ...] = Field(
        (), max_length=MOST, description="HTCDS 2.0 `spl_Type`."
    )
    services_given: tuple[ServiceType, ...] = Field(
        (), max_length=MOST, description="HTCDS 2.0 `spl_Type`."
    )
    languages: tuple[Language, ...] = Field((), max_length=MOST, description="ISO 639.")
    region: Region | None = Field(None, description="ISO 3166-1 or 3166-2: `TH` or `TH-50`.")

    def minimised(self) -> MinimisedOffer:
        return MinimisedOffer.model_validate(self.model_dump())


class OfferReferralBody(BaseModel):
    model_config = body_config(
        {
            "kind": "transfer",
            "case_id": SOME_ID,
            "to_organisation": "0197d3b0-0000-7000-8000-00000000000b",
            "urgency": "urgent",
            "categories": ["identity", "profile", "numbers", "services", "history", "evidence"],
            "offer": {
                "age_band": "9-17",
                "gender": "Feminine",
                "exploitation_types": ["ForcedLabour"],
                "services_wanted": ["SocialCare", "Health"],
                "services_given": ["Legal"],
                "languages": ["km", "th"],
                "region": "TH-50",
            },
        }
    )

    kind: ReferralKind
    case_id: UUID
    to_organisation: UUID
    urgency: Urgency
    categories: Annotated[tuple[Category, ...], AfterValidator(_each_once)] = Field(
        min_length=1,
        max_length=len(Category),
        description="What the receiver may read once it has accepted.",
        json_schema_extra={"uniqueItems": True},
    )
    offer: OfferedFacts
    offer_until: Moment | None = Field(
        None, description="Earlier than the rule for the urgency allows, never later."
    )


class AcceptReferralBody(BaseModel):
    model_config = body_config({"owner": SOME_ID})

    owner: UUID = Field(description="The staff member who is to look after the case.")


class RejectReferralBody(BaseModel):
    model_config = body_config({"reason": "No bed is free this month."})

    reason: Text


class CancelReferralBody(BaseModel):
    model_config = body_config({"reason": "She has decided to stay with her aunt."})

    reason: Text


class CompleteReferralBody(BaseModel):
    model_config = body_config({"outcome": "Lives with her family; follow-up for six months."})

    outcome: Text
