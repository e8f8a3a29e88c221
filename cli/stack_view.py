"""How the stack looks in a terminal: lines while it starts, addresses, a table of its parts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from rich.table import Table

from cli.output import people, print_json
from deploy.local.home import Home
from deploy.local.inventory import Seen
from deploy.local.kafka_jars import SIZE

if TYPE_CHECKING:
    from deploy.local.up import Stack, Started


class Starting:
    """What is seen while a stack starts: a bar while Kafka comes, then a line for each part."""

    def __init__(self, *, shown: bool) -> None:
        columns = (TextColumn("  fetching Kafka, once"), BarColumn(), DownloadColumn())
        self.started: list[Started] = []
        self._shown = shown
        self._bar = Progress(*columns, console=people, transient=True)
        self._kafka = self._bar.add_task("kafka", total=SIZE)

    def fetched(self, size: int) -> None:
        """`size`: the bytes of Kafka that just came."""
        if self._shown:
            self._bar.start()
        self._bar.advance(self._kafka, size)

    def say(self, part: "Started") -> None:
        self.started.append(part)
        if self._shown:
            self.close()
            people.print(sentence(part))

    def close(self) -> None:
        if self._bar.live.is_started:
            self._bar.stop()


def sentence(part: "Started") -> str:
    took = "ran already" if part.already else f"{part.seconds:.1f} s"
    return f"[green]✓[/green] {part.name:<16} {part.address:<16} [dim]{took}[/dim]"


def show_addresses(here: Home, stack: "Stack", *, everything_ran: bool) -> None:
    people.print("Everything ran already." if everything_ran else "Everything runs.")
    for service in stack.services:
        if service.instance == 1:
            people.print(f"  {service.service:<16} {service.url}/docs")
    people.print(f"Addresses, credentials and tokens: {here.stack_file}")
    people.print(f"Logs: {here.logs}. Stop with `make down`.")


def fresh(started: Sequence["Started"]) -> list[str]:
    return [part.name for part in started if not part.already]


def tell_ended(ended: Sequence[Seen], rest: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"ended": [part.name for part in ended]})
    elif ended:
        people.print(f"Ended {', '.join(part.name for part in ended)}. {rest}")
    else:
        people.print(f"Nothing ran. {rest}")


def table(parts: Sequence[Seen]) -> Table:
    shown = Table("part", "", "port", "pid", "log", box=None, pad_edge=False)
    for part in parts:
        state = "[green]runs[/green]" if part.running else "[red]ended[/red]"
        pid = str(part.running.pid) if part.running else "-"
        shown.add_row(part.name, state, str(part.port), pid, str(part.log))
    return shown


def row(part: Seen) -> dict[str, object]:
    pid = part.running.pid if part.running else None
    return {"name": part.name, "pid": pid, "port": part.port, "log": str(part.log)}
