"""Why a command was refused: each a sentence with the HTTP status that tells it."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from shared.contracts.refused import Refused


class ReportIsAlreadyReceived(Refused):
    pass


class ReceivedInTheFuture(Refused):
    status: ClassVar[int] = 422


@dataclass
class ReportIsAlreadyAccepted(Refused):
    case_id: UUID


class PersonIsAlreadyRegistered(Refused):
    pass
