"""Events as they stand in the table, and as the code reads them: tuples, as there are millions."""

from typing import NamedTuple

from shared.contracts.catalogue import CATALOGUE, DoesNotFit, UnknownType
from shared.contracts.envelope import Envelope, NotAnEnvelope, decode
from shared.eventstore.errors import Unprocessable


class StoredEvent(NamedTuple):
    """`body` holds the envelope's canonical bytes; `chain` links it to all events before it."""

    position: int
    stream: str
    type: str
    body: bytes
    chain: bytes


class Head(NamedTuple):
    """Where a service's history ends; position 0 and 32 zero bytes when it has not begun."""

    position: int
    chain: bytes


class Recorded(NamedTuple):
    """A decoded event; its personal fields are sealed."""

    envelope: Envelope
    event: object


def read(body: bytes) -> Recorded:
    """The event in `body`, upcast to its newest version.

    Raises:
        Unprocessable: no envelope, no contract for its type, or it does not fit the contract.
    """
    try:
        envelope = decode(body)
        return Recorded(envelope, CATALOGUE.read(envelope.type, envelope.data))
    except (NotAnEnvelope, UnknownType, DoesNotFit) as error:
        # These three name a type or the places that do not fit, never values.
        raise Unprocessable(f"{type(error).__name__}: {error}") from None
