"""The case as it stood at a moment, folded from what had been recorded by then."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cli.auditing.told import Told
from shared.contracts.attachments import (
    AccessGranted,
    AccessRevoked,
    EvidenceRejected,
    EvidenceSealed,
    UploadStarted,
)
from shared.contracts.cases import (
    ArrivalConfirmed,
    CaseOpened,
    CaseReassigned,
    NumberAssigned,
    OwnershipTransferred,
    ProfileRecorded,
    ServiceRecorded,
)
from shared.contracts.referrals import (
    Parties,
    ReferralAccepted,
    ReferralCancelled,
    ReferralCompleted,
    ReferralExpired,
    ReferralFailed,
    ReferralOffered,
    ReferralRejected,
    ReferralStarted,
)

NOT_OPENED = "not opened"
ACTIVE = "active"
ARRIVING = "arrival awaited"


@dataclass(frozen=True, slots=True)
class ReferralThen:
    """`state` is FHIR's name for it, or `expired`."""

    kind: str
    from_organisation: UUID
    to_organisation: UUID
    state: str


@dataclass(slots=True)
class CaseThen:
    """What was recorded of the case by `moment`; ids and counts, no personal value."""

    case_id: UUID
    moment: datetime
    state: str = NOT_OPENED
    organisation: UUID | None = None
    owner: UUID | None = None
    person_id: UUID | None = None
    arriving_from: UUID | None = None
    profiles: int = 0
    numbers: int = 0
    services: int = 0
    referrals: dict[UUID, ReferralThen] = field(default_factory=dict)
    evidence: dict[UUID, str] = field(default_factory=dict)
    evidence_grants: set[tuple[UUID, UUID]] = field(default_factory=set)
    """Organisation and basis; access lasts while an organisation has one basis left."""
    events: int = 0

    @property
    def evidence_readers(self) -> list[UUID]:
        return sorted({organisation for organisation, _ in self.evidence_grants})


def as_of(case_id: UUID, moment: datetime, story: Iterable[Told]) -> CaseThen:
    """What was known at `moment`: by the time of recording, not that of happening."""
    then = CaseThen(case_id, moment)
    for told in story:
        if told.envelope.recorded_at <= moment:
            then.events += 1
            _apply_case(then, told.event)
            _apply_referral(then, told.event)
            _apply_evidence(then, told.event)
    return then


def _apply_case(then: CaseThen, event: object) -> None:
    match event:
        case CaseOpened(organisation=organisation, owner=owner, person_id=person):
            then.state, then.person_id = ACTIVE, person
            then.organisation, then.owner = organisation, owner
        case CaseReassigned(to_owner=owner):
            then.owner = owner
        case OwnershipTransferred():
            then.state, then.arriving_from = ARRIVING, event.from_organisation
            then.organisation, then.owner = event.to_organisation, event.to_owner
        case ArrivalConfirmed():
            then.state, then.arriving_from = ACTIVE, None
        case ProfileRecorded():
            then.profiles += 1
        case NumberAssigned():
            then.numbers += 1
        case ServiceRecorded():
            then.services += 1
        case _:
            pass


def _apply_referral(then: CaseThen, event: object) -> None:
    match event:
        case ReferralOffered(parties=parties):
            _move(then, parties, "requested")
        case ReferralAccepted(parties=parties):
            _move(then, parties, "accepted")
        case ReferralRejected(parties=parties):
            _move(then, parties, "rejected")
        case ReferralCancelled(parties=parties):
            _move(then, parties, "cancelled")
        case ReferralExpired(parties=parties):
            _move(then, parties, "expired")
        case ReferralStarted(parties=parties):
            _move(then, parties, "in-progress")
        case ReferralFailed(parties=parties):
            _move(then, parties, "failed")
        case ReferralCompleted(parties=parties):
            _move(then, parties, "completed")
        case _:
            pass


def _move(then: CaseThen, parties: Parties, state: str) -> None:
    then.referrals[parties.referral_id] = ReferralThen(
        parties.kind, parties.from_organisation, parties.to_organisation, state
    )


def _apply_evidence(then: CaseThen, event: object) -> None:
    match event:
        case UploadStarted(evidence_id=evidence):
            then.evidence[evidence] = "uploading"
        case EvidenceSealed(evidence_id=evidence):
            then.evidence[evidence] = "sealed"
        case EvidenceRejected(evidence_id=evidence):
            then.evidence[evidence] = "rejected"
        case AccessGranted(organisation=organisation, basis=basis):
            then.evidence_grants.add((organisation, basis))
        case AccessRevoked(organisation=organisation, basis=basis):
            then.evidence_grants.discard((organisation, basis))
        case _:
            pass
