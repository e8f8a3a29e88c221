"""Each event is linked to all before it: chain = SHA-256(previous chain ‖ SHA-256(body))."""

from collections.abc import Iterable
from hashlib import sha256

from shared.eventstore.recorded import Head, StoredEvent

BEGINNING = Head(position=0, chain=bytes(32))


class BrokenChain(Exception):
    """The history has a gap, or an event is not what was written. Names the position."""


def link(previous: bytes, body: bytes) -> bytes:
    return sha256(previous + sha256(body).digest()).digest()


def verified(events: Iterable[StoredEvent], head: Head = BEGINNING) -> Head:
    """The head after `events`, which follow `head`.

    Raises:
        BrokenChain: a position is missing or double, or a link does not hold.
    """
    position, chain = head
    for event in events:
        if event.position != position + 1:
            raise BrokenChain(f"{position} is followed by {event.position}")
        if event.chain != link(chain, event.body):
            raise BrokenChain(f"the link of {event.position} does not hold")
        position, chain = event.position, event.chain
    return Head(position, chain)
