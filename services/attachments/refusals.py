"""Why a command about evidence was refused: each a sentence with the HTTP status that tells it."""

from dataclasses import dataclass

from shared.contracts.refused import Refused


class UploadIsOver(Refused):
    """The parts were joined before, or the file was rejected."""


class EvidenceIsNotSealed(Refused):
    """Nothing is served before its hash is known: ask again when the file's state is `sealed`."""


@dataclass
class PartsAreMissing(Refused):
    """Not all parts have come in whole: `missing` is how many, `list_parts` says which."""

    status = 422
    missing: int


class LinkHasExpired(Refused):
    """This request was answered before, and its link is over: ask anew, with a new key."""
