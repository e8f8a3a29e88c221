"""One case and the people around it, as the specifications of a case tell it."""

from datetime import date
from uuid import UUID

from shared.contracts.cases import (
    ArrivalConfirmed,
    CaseOpened,
    OwnershipTransferred,
    ServiceRecorded,
)
from shared.contracts.marks import Clear
from tests.support.specification import NOON

CASE, PERSON, REFERRAL, OTHER_REFERRAL, ENTRY = (UUID(int=n) for n in range(1, 6))
SHELTER, CLINIC, STRANGER = (UUID(int=n) for n in range(11, 14))
ANNA, BORIS, CLARA = (UUID(int=n) for n in range(21, 24))
"""Anna and Boris work at the shelter, Clara at the clinic."""

OPENED = CaseOpened(CASE, PERSON, SHELTER, ANNA)
TRANSFERRED = OwnershipTransferred(CASE, PERSON, REFERRAL, SHELTER, ANNA, CLINIC, CLARA, NOON)
ARRIVED = ArrivalConfirmed(CASE, REFERRAL, SHELTER, CLINIC, NOON, Clear("tired, unharmed"))


def service_by(organisation: UUID) -> ServiceRecorded:
    return ServiceRecorded(
        CASE, ENTRY, organisation, "Example Clinic", Clear("Health"), Clear(date(2029, 12, 31))
    )
