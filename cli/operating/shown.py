"""What an operator sees of parked events."""

from collections.abc import Iterable

from rich.table import Table

from shared.eventstore.parking import Listed


def table(parked: Iterable[Listed]) -> Table:
    shown = Table("consumer", "position", "stream", "since", "why", box=None, pad_edge=False)
    for one in parked:
        event = one.event
        why = f"{event.reason} (will be tried again)" if one.retry_asked else event.reason
        since = f"{one.parked_at:%Y-%m-%d %H:%M:%S}"
        shown.add_row(event.consumer, str(event.position), event.stream, since, why)
    return shown
