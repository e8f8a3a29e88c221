"""A referral as one of its two organisations reads it. Opened here, after the policy has spoken."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.referrals.projections import Box
from services.referrals.state import ReferralStatus
from shared.contracts.actor import Staff
from shared.contracts.kinds import Category, ReferralKind, TransferRefusal, Urgency
from shared.contracts.profile import MinimisedOffer
from shared.policy.disclosure import Holding, Right, permitted
from shared.vault.vault import Erased, Vault


class ReferralView(BaseModel):
    """`offer`, `owner` and, once something is disclosed, `case_id` are the receiver's; to the
    sender the referral shows what became of it."""

    id: UUID
    version: int
    box: Box
    state: ReferralStatus = Field(description="FHIR R4 `Task.status`, and `expired`.")
    kind: ReferralKind
    urgency: Urgency
    from_organisation: UUID
    to_organisation: UUID
    categories: tuple[Category, ...]
    case_id: UUID | None
    owner: UUID | None
    offer: MinimisedOffer | Erased | None
    reason: str | Erased | None = Field(description="Of a rejection or cancellation.")
    refusal: TransferRefusal | None = Field(description="Why the case did not change hands.")
    outcome: str | Erased | None
    offered_at: datetime
    offer_until: datetime
    accepted_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None


def views(viewer: Staff, rows: Sequence[RowMapping], vault: Vault) -> list[ReferralView]:
    """Those of `rows` that the viewer may see, with what is sealed in them opened."""
    shown = [row for row in rows if may_see(viewer, row)]
    offers = vault.open_all([row["offer"] for row in shown], MinimisedOffer)
    reasons = vault.open_all([row["reason"] for row in shown], str)
    outcomes = vault.open_all([row["outcome"] for row in shown], str)
    return [
        ReferralView.model_validate(
            {**row, "id": row["referral_id"], "offer": offer, "reason": reason, "outcome": outcome}
        )
        for row, offer, reason, outcome in zip(shown, offers, reasons, outcomes, strict=True)
    ]


def may_see(viewer: Staff, row: RowMapping) -> bool:
    """Whoever of a party may read anything that is referred may read the referral."""
    referred = frozenset(map(Category, row["categories"]))
    return bool(permitted(viewer, [Holding(row["organisation"], Right.GRANTED, referred)]))
