"""Why a command was refused: each a sentence with the HTTP status that tells it."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from shared.contracts.refused import Refused


class ReportIsAlreadyReceived(Refused):
    """This report was taken in before."""


class ReceivedInTheFuture(Refused):
    """A report cannot have come in at a time that is yet to come."""

    status: ClassVar[int] = 422
    field: ClassVar[str] = "received_at"


@dataclass
class ReportIsAlreadyAccepted(Refused):
    """A report becomes one case only; `case_id` names it."""

    case_id: UUID


class PersonIsAlreadyRegistered(Refused):
    """This person is in the register."""
