"""Commands that follow from another service's event: made again, they are the same commands."""

from hashlib import sha256
from uuid import UUID, uuid5

from shared.contracts.actor import System
from shared.eventstore.calls import Call
from shared.eventstore.recorded import Recorded

REACTIONS = UUID("5f0c3c8e-0b54-5d0e-9c52-6c1f6a1d2f10")
"""The namespace of their ids."""


def reaction_call(
    consumer: str,
    recorded: Recorded,
    stream: str,
    command: object,
    subject: UUID | None = None,
    n: int = 0,
) -> Call:
    """The event's command number `n`, counted from 0, by the service that `consumer` names first.

    Its id and its key follow from consumer, event and number alone: a repeat of the event is a
    retry of the command.
    """
    event = recorded.envelope
    name = f"{consumer}/{event.id}/{n}"
    command_id = uuid5(REACTIONS, name)
    return Call(
        stream=stream,
        command=command,
        actor=System(consumer.partition(".")[0]),
        key=str(command_id),
        request_hash=sha256(name.encode()).digest(),
        command_id=command_id,
        subject=subject,
        correlation_id=event.correlation_id,
        causation_id=event.id,
        traceparent=event.traceparent,
    )
