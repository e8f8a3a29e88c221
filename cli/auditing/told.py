"""A case's events as an auditor reads them: decoded, in the order of recording, fields sealed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from shared.contracts.catalogue import CATALOGUE, DoesNotFit, UnknownType
from shared.contracts.envelope import Envelope, decode


@dataclass(frozen=True, slots=True)
class Told:
    """`event` is None where its type is not known here; the envelope says what there is."""

    envelope: Envelope
    event: object | None


@dataclass(frozen=True, slots=True)
class Names:
    """What to call organisations and staff; the end of their id where no name is known."""

    known: Mapping[UUID, str] = field(default_factory=dict)

    def of(self, who: UUID) -> str:
        return self.known.get(who) or short(who)

    def actor(self, actor: str) -> str:
        kind, _, rest = actor.partition(":")
        if kind == "system":
            return f"the service {rest}"
        organisation, _, staff = rest.partition(":")
        return f"staff {self.of(UUID(staff))} of {self.of(UUID(organisation))}"


def short(what: UUID) -> str:
    """The last eight digits: the first ones of a UUIDv7 are a time, and alike."""
    return f"…{str(what)[-8:]}"


def tell(bodies: Iterable[bytes]) -> list[Told]:
    """Raises shared.contracts.envelope.NotAnEnvelope."""
    told = [_read(decode(body)) for body in bodies]
    return sorted(
        told,
        key=lambda one: (
            one.envelope.recorded_at,
            one.envelope.service,
            one.envelope.position,
        ),
    )


def _read(envelope: Envelope) -> Told:
    try:
        return Told(envelope, CATALOGUE.read(envelope.type, envelope.data))
    except (UnknownType, DoesNotFit):
        return Told(envelope, None)
