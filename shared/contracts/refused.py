"""A command that the rules refuse. Each service's refusals are subclasses, named as sentences."""

from typing import ClassVar


class Refused(Exception):
    """Nothing happened. `status` is the HTTP status that tells it; the class name is the reason.

    A dataclass subclass may carry ids, states, kinds and times for the answer: never personal data.
    """

    status: ClassVar[int] = 409
    field: ClassVar[str] = ""
    """The body's field that the rule is about, when it is about one."""


class NotFound(Refused):
    """Absent, or not for this viewer: one answer for both."""

    status = 404


class WrongVersion(Refused):
    """The stream has moved on since the version that `If-Match` names."""

    status = 412


class KeyReused(Refused):
    """This principal used the idempotency key before, for another request."""


class EventTooLarge(Refused):
    """What the command says does not fit into one event."""

    status = 413
