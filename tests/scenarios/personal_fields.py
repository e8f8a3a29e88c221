"""Every personal field that the contracts know, and what stands there in the services' tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from deploy.layout import SERVICES
from deploy.local.service_settings import keys
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.publish.annotations import Mark, described
from shared.eventstore.connections import engine
from shared.eventstore.recorded import Recorded, read
from shared.eventstore.store import whole_history
from shared.vault.providers import KeyFile
from shared.vault.sealing import locate
from shared.vault.tables import SubjectKeys
from shared.vault.vault import Vault
from tests.scenarios.stack import Whole

Field = tuple[str, str]
"""Type on the wire, and name."""

NAMES = {
    contract.type: [field.name for field in described(contract.event) if field.mark is Mark.SEALED]
    for contract in CATALOGUE.contracts
}
PERSONAL: frozenset[Field] = frozenset((type_, name) for type_ in NAMES for name in NAMES[type_])
BEGINNING = datetime.min.replace(tzinfo=UTC)
AT_ONCE = 1000
"""Events whose keys are asked for together."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A value that was sealed under its subject's key for this field of this event."""

    field: Field
    value: object


def sealed_fields(whole: Whole, since: datetime = BEGINNING) -> Iterator[Opened]:
    """Each personal value of each event, opened with the stack's own keys.

    Raises:
        Unprocessable, NotAToken, NotSealedHere: something else stands in its place.
    """
    settings = keys(whole.parts)
    vault = Vault(SubjectKeys(settings.keys_url), KeyFile(settings.key_file))
    for service in SERVICES:
        events = [one for one in recorded(whole, service) if one.envelope.recorded_at >= since]
        for first in range(0, len(events), AT_ONCE):
            yield from opened(vault, events[first : first + AT_ONCE])


def recorded(whole: Whole, service: str) -> Iterator[Recorded]:
    database = engine(whole.admin(service))
    with database.connect() as connection:
        for stored in whole_history(connection):
            yield read(stored.body)
    database.dispose()


def opened(vault: Vault, events: list[Recorded]) -> Iterator[Opened]:
    """With one look for the keys of all."""
    located: list[str | None] = []
    fields: list[Field] = []
    for one in events:
        type_ = CATALOGUE.of(one.event).type
        for name in NAMES[type_]:
            fields.append((type_, name))
            located.append(locate(one.envelope, name, getattr(one.event, name)))
    for field, value in zip(fields, vault.open_all(located, object), strict=True):
        if value is not None:
            yield Opened(field, value)
