"""Every event of every service, by its type on the wire: what all else is made from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

from pydantic import TypeAdapter, ValidationError

from shared.contracts import (
    attachments,
    audit,
    cases,
    intake,
    notifications,
    referrals,
)
from shared.contracts.envelope import JsonObject, wire_type
from shared.contracts.upcasts import UPCASTS, Upcast


class UnknownType(LookupError):
    """No contract with this type on the wire: a newer producer, or not ours."""


class DoesNotFit(ValueError):
    """The data is not what the contract says."""


@dataclass(frozen=True, slots=True)
class Contract:
    service: str
    event: type
    schema_version: int
    adapter: TypeAdapter[object]

    @property
    def type(self) -> str:
        return wire_type(self.service, self.event, self.schema_version)


class Catalogue:
    """Encodes and decodes event data by contract; old versions are upcast when read."""

    def __init__(
        self, contracts: Iterable[Contract], upcasts: Mapping[str, Upcast] = UPCASTS
    ) -> None:
        self.contracts = tuple(contracts)
        self._of_event = {contract.event: contract for contract in self.contracts}
        self._of_type = {contract.type: contract for contract in self.contracts}
        self._upcasts = upcasts

    def of(self, event: object) -> Contract:
        return self._of_event[type(event)]

    def type_of(self, event: type) -> str:
        return self._of_event[event].type

    def write(self, event: object) -> JsonObject:
        """The event's data as JSON values; refuses a `Clear` field."""
        data: JsonObject = self.of(event).adapter.dump_python(event, mode="json")
        return data

    def read(self, wire: str, data: JsonObject) -> object:
        """The event with its personal fields sealed.

        Raises:
            UnknownType: no such contract, in this version or one that it can be upcast to.
            DoesNotFit: the data breaks the contract.
        """
        while wire not in self._of_type and wire in self._upcasts:
            data = self._upcasts[wire](data)
            wire = _next_version(wire)
        contract = self._of_type.get(wire)
        if contract is None:
            raise UnknownType(wire)
        try:
            event: object = contract.adapter.validator.validate_python(data)
        except ValidationError as error:
            raise DoesNotFit(_places(error)) from None
        return event


def _next_version(wire: str) -> str:
    name, _, version = wire.rpartition(".v")
    return f"{name}.v{int(version) + 1}"


def _places(error: ValidationError) -> str:
    """Where it does not fit, without the values: they may be personal."""
    return ", ".join(
        ".".join(map(str, fault["loc"])) for fault in error.errors(include_input=False)
    )


def _contracts(service: str, *unions: object) -> list[Contract]:
    events = [event for union in unions for event in get_args(union) or (union,)]
    return [Contract(service, event, 1, TypeAdapter(event)) for event in events]


CATALOGUE = Catalogue(
    [
        *_contracts("intake", intake.IntakeReportEvent, intake.IntakePersonEvent),
        *_contracts("cases", cases.CaseEvent),
        *_contracts("referrals", referrals.ReferralEvent, referrals.DirectoryEvent),
        *_contracts("attachments", attachments.EvidenceEvent, attachments.AccessEvent),
        *_contracts("notifications", notifications.NotificationEvent, notifications.ReminderEvent),
        *_contracts("audit", audit.AuditEvent),
    ]
)
