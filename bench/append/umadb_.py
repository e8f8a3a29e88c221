"""UmaDB 0.7: its server program with its own settings, and its Python client in threads, one each.
An event carries its stream's name as a tag, and is appended on the condition that no event with
that tag stands after the last one that the client knows. Its server syncs to disk and commits for
all who wait at once; it does not run in PostgreSQL."""

from collections import defaultdict

from umadb import AppendCondition, Client, Event, IntegrityError, Query, QueryItem

from bench.append.threads import in_threads
from bench.append.work import DATA, Command, must_hold, stream_id
from bench.results import Sample
from bench.umadb_server import running_umadb

STATE = DATA.encode()


class Appending:
    """One client, who knows where the events of its streams stand."""

    def __init__(self, url: str) -> None:
        self._client = Client(url)
        self._positions = defaultdict[int, list[int | None]](lambda: [None])

    def __call__(self, command: Command) -> bool:
        positions = self._positions[command.stream]
        tag = f"case-{stream_id(command.stream)}"
        last = positions[command.expected]
        condition = AppendCondition(Query([QueryItem(tags=[tag])]), after=last)
        try:
            at = self._client.append([Event("ServiceRecorded", STATE, [tag])], condition)
        except IntegrityError:
            return False
        positions.append(at)
        return True


def play(clients: int) -> Sample:
    with running_umadb() as url:
        outcome = in_threads(clients, lambda: Appending(url))
        check(Client(url), outcome.stored)
    return outcome.sample()


def check(client: Client, stored: int) -> None:
    """Raises Void: an event is missing, double or out of order."""
    positions = [found.position for found in client.read()]
    must_hold(len(positions), stored, "events stored")
    must_hold(positions[-1:], [stored], "positions, gap-free")
