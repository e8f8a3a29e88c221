"""What a batch writes, in one transaction."""

from dataclasses import dataclass, field
from typing import NamedTuple

from shared.contracts.envelope import Envelope
from shared.eventstore.calls import Call, Receipt, Run
from shared.eventstore.present import Folded, Handled, Owner


class Written(NamedTuple):
    envelope: Envelope
    schema_version: int
    body: bytes
    chain: bytes


class Done(NamedTuple):
    """A command to be remembered in `handled_commands`."""

    call: Call
    receipt: Receipt


class RefusedReaction(NamedTuple):
    run: Run
    call: Call
    reason: str


@dataclass(slots=True)
class Writes:
    """What one transaction writes."""

    events: list[Written] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    refused: list[RefusedReaction] = field(default_factory=list)
    streams: dict[str, Folded] = field(default_factory=dict)
    handled: dict[Owner, Handled] = field(default_factory=dict)
    claimed: set[Owner] = field(default_factory=set)
    size: int = 0

    def copy(self) -> "Writes":
        return Writes(
            [*self.events],
            [*self.done],
            [*self.runs],
            [*self.refused],
            {**self.streams},
            {**self.handled},
            {*self.claimed},
            self.size,
        )
