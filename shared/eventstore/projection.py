"""What a service declares to keep a read model: the tables, the events, the effect."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from shared.eventstore.recorded import Recorded

Project = Callable[[Connection, Sequence[Recorded]], None]


@dataclass(frozen=True, slots=True)
class Projection:
    """`project` upserts rows of `tables` from events of the types `handles`, in their order.

    It may be given the same events again after a rebuild has emptied the tables, never otherwise.
    Other types are passed over undecoded.
    """

    name: str
    tables: tuple[str, ...]
    handles: tuple[type, ...]
    project: Project
