"""How the stack looks in a terminal: lines while it starts, addresses, a table of its parts."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from rich.table import Table

from cli.output import people, print_json
from deploy.local.home import Home
from deploy.local.inventory import Seen
from deploy.local.kafka_jars import SIZE
from deploy.local.up import Stack, Started


@contextmanager
def kafka_bar(*, shown: bool) -> Iterator[Callable[[int], None]]:
    """Takes the bytes that came; shows a bar only once some came."""
    columns = (TextColumn("  fetching Kafka, once"), BarColumn(), DownloadColumn())
    progress = Progress(*columns, console=people, transient=True)
    kafka = progress.add_task("kafka", total=SIZE)

    def fetched(size: int) -> None:
        if shown:
            progress.start()
        progress.advance(kafka, size)

    try:
        yield fetched
    finally:
        if progress.live.is_started:
            progress.stop()


def sentence(part: Started) -> str:
    took = "ran already" if part.already else f"{part.seconds:.1f} s"
    return f"[green]✓[/green] {part.name:<16} {part.address:<16} [dim]{took}[/dim]"


def show_addresses(here: Home, stack: Stack, *, everything_ran: bool) -> None:
    people.print("Everything ran already." if everything_ran else "Everything runs.")
    for service in stack.services:
        if service.instance == 1:
            people.print(f"  {service.service:<16} {service.url}/docs")
    people.print(f"Addresses, credentials and tokens: {here.stack_file}")
    people.print(f"Logs: {here.logs}. Stop with `make down`.")


def fresh(started: Sequence[Started]) -> list[str]:
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
