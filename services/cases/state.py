"""A case as its history left it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from shared.contracts.cases import (
    ArrivalConfirmed,
    CaseEvent,
    CaseOpened,
    CaseReassigned,
    NumberAssigned,
    OwnershipTransferred,
    ProfileRecorded,
    ServiceRecorded,
    TransferRefused,
)


def stream_of(case_id: UUID) -> str:
    return f"case-{case_id}"


@dataclass(frozen=True, slots=True)
class NoCase:
    pass


@dataclass(frozen=True, slots=True)
class ActiveCase:
    case_id: UUID
    person_id: UUID
    organisation: UUID
    owner: UUID


@dataclass(frozen=True, slots=True)
class ArrivingCase:
    """It has changed hands, and the survivor is on the way: `organisation` owns it, and
    `from_organisation` may still add entries."""

    case_id: UUID
    person_id: UUID
    organisation: UUID
    owner: UUID
    from_organisation: UUID
    referral_id: UUID
    since: datetime | None
    """None: the event does not say."""


OpenedCase = ActiveCase | ArrivingCase
Case = NoCase | OpenedCase
NEW: Case = NoCase()


def evolve(case: Case, event: CaseEvent) -> Case:
    if isinstance(event, CaseOpened):
        return ActiveCase(event.case_id, event.person_id, event.organisation, event.owner)
    return case if isinstance(case, NoCase) else evolve_opened(case, event)


def evolve_opened(case: OpenedCase, event: CaseEvent) -> OpenedCase:
    match event:
        case CaseReassigned(to_owner=owner):
            return replace(case, owner=owner)
        case OwnershipTransferred():
            return ArrivingCase(
                case_id=case.case_id,
                person_id=case.person_id,
                organisation=event.to_organisation,
                owner=event.to_owner,
                from_organisation=event.from_organisation,
                referral_id=event.referral_id,
                since=event.transferred_at,
            )
        case ArrivalConfirmed():
            return ActiveCase(case.case_id, case.person_id, case.organisation, case.owner)
        case CaseOpened() | ProfileRecorded() | NumberAssigned() | ServiceRecorded():
            return case
        case TransferRefused():
            return case
        case _:
            assert_never(event)
