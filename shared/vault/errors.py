"""Why a value cannot be sealed or opened. Erased is no error when opening: see `vault.Erased`."""

from shared.contracts.refused import Refused
from shared.eventstore.errors import Retryable, Unprocessable


class SubjectErased(Refused):
    """The subject's key was destroyed: nothing can be recorded about it again."""

    status = 410


class KeysAway(Retryable):
    """The keys database or the key provider does not answer."""


class CannotSeal(Unprocessable):
    """The value is not of its field's declared type, or has no JSON form."""


class NotAToken(Unprocessable):
    """The text is cut off or damaged: it has not the form of a sealed value."""


class NotSealedHere(Unprocessable):
    """It was sealed for another place or subject, or a bit of it changed: authenticated encryption
    does not tell which."""


class KeyUnknown(Unprocessable):
    """There never was a key for this subject in this keys database."""


class AnotherShape(Unprocessable):
    """The value was opened but is not of the type that the reader asked for."""
