"""Why a command was refused: each a sentence with the HTTP status that tells it."""

from typing import ClassVar

from shared.contracts.refused import Refused


class CaseIsAlreadyOpen(Refused):
    pass


class NoArrivalIsAwaited(Refused):
    pass


class ArrivalInTheFuture(Refused):
    status: ClassVar[int] = 422
