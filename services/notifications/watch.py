"""What waits, kept in a keyed table from the records of other services' topics. In memory alone."""

from collections.abc import MutableMapping, Sequence
from datetime import datetime

from pydantic import TypeAdapter

from services.notifications.deadlines import (
    STARTS_OR_ENDS_A_WAIT,
    Ended,
    Waiting,
    Waits,
    is_due,
    still_to_come,
    turn,
)
from shared.contracts.catalogue import CATALOGUE
from shared.eventstore.recorded import read
from shared.messaging.records import Record

WAITING = TypeAdapter(Waiting)


def kind_of(wire: str) -> str:
    """The type without its version."""
    return wire.rpartition(".v")[0]


_WANTED = frozenset(kind_of(CATALOGUE.type_of(event)) for event in STARTS_OR_ENDS_A_WAIT)


def is_wanted(record: Record) -> bool:
    """Does it begin or end a wait? In any version, so that an unknown one is noticed."""
    return kind_of(record.type) in _WANTED


class Watch:
    """`table` holds each wait as JSON, by what is awaited."""

    def __init__(self, table: MutableMapping[str, str], waits: Waits) -> None:
        self._table = table
        self._waits = waits
        self._positions: dict[str, int] = {}

    def is_next(self, topic: str, record: Record) -> bool:
        """Moves on to it, if it is. A repeat is not, nor what stands beyond a hole: the relay
        sends that again once it has filled the hole."""
        if record.position != self._positions.get(topic, 0) + 1:
            return False
        self._positions[topic] = record.position
        return True

    def take(self, body: bytes) -> None:
        """The event begins a wait or ends one, or neither.

        Raises:
            Unprocessable: it cannot be decoded.
        """
        recorded = read(body)
        match turn(recorded.event, recorded.envelope.occurred_at, self._waits):
            case Waiting() as waiting:
                self._keep(waiting)
            case Ended(awaited=awaited):
                self._table.pop(str(awaited), None)
            case None:
                pass

    def due(self, now: datetime) -> Sequence[Waiting]:
        waiting = [WAITING.validate_json(value) for value in self._table.values()]
        return [one for one in waiting if is_due(one, now)]

    def reminded(self, waiting: Waiting, now: datetime) -> None:
        """What was due until `now` is done; the rest of its moments still come."""
        self._keep(still_to_come(waiting, now))

    def _keep(self, waiting: Waiting) -> None:
        key = str(waiting.awaited)
        if waiting.due:
            self._table[key] = WAITING.dump_json(waiting).decode()
        else:
            self._table.pop(key, None)
