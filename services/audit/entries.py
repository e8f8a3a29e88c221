"""One record of a topic -> one entry of the log. The event's contract is never asked for.

Of the event's own data three ids are read, if they stand there in plain: which case it names, in
`case_id` or `parties.case_id`, and whose case that is, in `person_id`. They are structure, and tell
an auditor which streams to read; everything about a person is ciphertext to this service.
"""

from dataclasses import dataclass
from uuid import UUID

from services.audit.tlog.leaf import DoesNotFitInLeaf, encode, leaf_of_event
from shared.contracts.envelope import Envelope, JsonObject, NotAnEnvelope, decode
from shared.eventstore.errors import Unprocessable


@dataclass(frozen=True, slots=True)
class StreamOfCase:
    """The whole stream belongs to the case's story, also what it held before it named the case."""

    case_id: UUID
    stream: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as the log takes it in; `body` is kept byte for byte."""

    event_id: UUID
    service: str
    position: int
    stream: str
    leaf: bytes
    body: bytes
    links: frozenset[StreamOfCase]


def entry(topic: str, body: bytes) -> Entry:
    """The entry for a record of `topic`.

    Raises:
        Unprocessable: no envelope, another service's event, or a header that no leaf can hold.
    """
    try:
        envelope = decode(body)
        leaf = encode(leaf_of_event(envelope, body))
    except (NotAnEnvelope, DoesNotFitInLeaf) as error:
        raise Unprocessable(type(error).__name__) from None
    if envelope.service != topic:
        raise Unprocessable("the event belongs to another topic")
    return Entry(
        event_id=envelope.id,
        service=envelope.service,
        position=envelope.position,
        stream=envelope.stream,
        leaf=leaf,
        body=body,
        links=streams_of_case(envelope),
    )


def streams_of_case(envelope: Envelope) -> frozenset[StreamOfCase]:
    """The streams that this event ties to a case: its own, and that of the case's person."""
    named = _ids(envelope.data)
    case_id = named.get("case_id")
    if case_id is None:
        return frozenset()
    streams = {envelope.stream}
    if "person_id" in named:
        streams.add(f"person-{named['person_id']}")
    return frozenset(StreamOfCase(case_id, stream) for stream in streams)


def _ids(data: object) -> dict[str, UUID]:
    """`case_id` and `person_id`, where data or its `parties` hold them as UUIDs."""
    if not isinstance(data, dict):
        return {}
    holders: list[JsonObject] = [data]
    parties = data.get("parties")
    if isinstance(parties, dict):
        holders.append(parties)
    return {
        name: found
        for holder in holders
        for name in ("case_id", "person_id")
        if (found := _uuid(holder.get(name))) is not None
    }


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
