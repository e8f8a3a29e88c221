"""Why a command was refused: each a sentence with the HTTP status that tells it."""

from typing import ClassVar

from shared.contracts.refused import Refused


class CaseIsAlreadyOpen(Refused):
    """This case was opened before."""


class NoArrivalIsAwaited(Refused):
    """The case has not changed hands, or the arrival was confirmed before."""


class ArrivalInTheFuture(Refused):
    """An arrival is confirmed when it has happened."""

    status: ClassVar[int] = 422
    field: ClassVar[str] = "arrived_at"


class ArrivalBeforeTheTransfer(Refused):
    """The survivor arrives after the case has changed hands, not before."""

    status: ClassVar[int] = 422
    field: ClassVar[str] = "arrived_at"
