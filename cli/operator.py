"""`vcms operator …`: what is parked, and the ways back. No key is needed, and no survivor is seen.

Each command imports what it needs by itself, so that `vcms serve` carries none of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from cli.exit_codes import ExitCode
from cli.output import AsJson, fail, people, print_json
from cli.service import Name

app = typer.Typer(
    name="operator",
    help="See what is parked, try it again or give it up; rebuild topics and projections.",
    no_args_is_help=True,
)
parked = typer.Typer(
    name="parked",
    help="Events that could not be processed, and those that wait behind them.",
    no_args_is_help=True,
)
app.add_typer(parked)

Service = Annotated[Name, typer.Argument(metavar="SERVICE", help="Whose consumers they are.")]
Consumer = Annotated[str, typer.Argument(help="As `parked list` names it.")]
Position = Annotated[int, typer.Argument(min=1, help="The event's, as `parked list` says.")]
Stream = Annotated[str, typer.Argument(help="As `parked list` names it.")]


@parked.command("list")
def list_parked(service: Service, *, as_json: AsJson = False) -> None:
    """List what the service's consumers and projections have parked."""
    from cli.operating.access import database_of
    from cli.operating.parked import listed, row
    from cli.operating.shown import table

    with one_line_errors(as_json=as_json), database_of(service) as database:
        found = listed(database)
    if as_json:
        print_json({"parked": [row(one) for one in found]})
    elif found:
        people.print(table(found))
    else:
        people.print(f"{service} has parked nothing.")


@parked.command("show")
def show_parked(
    service: Service, consumer: Consumer, position: Position, *, as_json: AsJson = False
) -> None:
    """Show one parked event as it came: its personal fields are sealed."""
    from cli.operating.access import database_of
    from cli.operating.parked import at, document, listed

    with one_line_errors(as_json=as_json), database_of(service) as database:
        shown = document(at(listed(database), consumer, position))
    if as_json:
        print_json(shown)
    else:
        people.print_json(data=shown)


@parked.command("retry")
def retry_parked(
    service: Service, consumer: Consumer, stream: Stream, *, as_json: AsJson = False
) -> None:
    """Ask the consumer, where it runs, to take a stream up from its first parked event."""
    from cli.operating.access import database_of
    from cli.operating.parked import ask_retry

    with one_line_errors(as_json=as_json), database_of(service) as database:
        events = ask_retry(database, consumer, stream)
    if as_json:
        print_json({"consumer": consumer, "stream": stream, "events": events})
    else:
        people.print(f"{consumer} will try {stream} again: {events} in their order.")


@parked.command("skip")
def skip_parked(
    service: Service,
    consumer: Consumer,
    position: Position,
    *,
    reason: Annotated[str, typer.Option(help="Why; it is recorded. No personal data.")],
    as_json: AsJson = False,
) -> None:
    """Give up the first parked event of a stream for good; what stands behind it is tried again."""
    from cli.operating.access import database_of
    from cli.operating.parked import skip

    if not reason.strip():
        raise fail("A skip wants a reason.", ExitCode.USAGE, as_json=as_json)
    with one_line_errors(as_json=as_json), database_of(service) as database:
        skip(database, consumer, position, reason.strip())
    if as_json:
        print_json({"consumer": consumer, "position": position, "skipped": True})
    else:
        people.print(f"{consumer} gave up the event at position {position}.")


@app.command("rebuild-topic")
def rebuild_topic(service: Service, *, as_json: AsJson = False) -> None:
    """Empty a service's topic; its relay fills it again from the table, with the same bytes."""
    import asyncio

    from cli.operating.access import broker, database_of
    from shared.messaging.rebuild import rebuild_topic as rebuild

    with one_line_errors(as_json=as_json), database_of(service) as database:
        asyncio.run(rebuild(database, broker(), service))
    if as_json:
        print_json({"rebuilt": service})
    else:
        people.print(f"The topic of {service} is empty; its relay fills it again.")


@app.command("rebuild-projection")
def rebuild_projection(
    service: Service,
    name: Annotated[str, typer.Argument(help="The projection, such as cases.worklists.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Empty a projection's tables; the service, where it runs, fills them again from its events."""
    from cli.operating.access import database_of
    from cli.operating.projections import rebuild

    with one_line_errors(as_json=as_json), database_of(service) as database:
        tables = rebuild(database, service, name).tables
    if as_json:
        print_json({"rebuilt": name, "tables": tables})
    else:
        people.print(f"{', '.join(tables)}: empty; {service} fills them again.")


@contextmanager
def one_line_errors(*, as_json: bool) -> Iterator[None]:
    """Turns what cannot be done into one line and an exit code."""
    from cli.operating.access import NoAddress
    from cli.operating.parked import NotParked, NotTheFirst
    from cli.operating.projections import NoSuchProjection
    from shared.eventstore.errors import Retryable

    try:
        yield
    except NoAddress as nowhere:
        raise fail(str(nowhere), ExitCode.NOT_RUNNING, as_json=as_json) from None
    except (NotParked, NotTheFirst, NoSuchProjection) as wrong:
        raise fail(str(wrong), ExitCode.FAILED, as_json=as_json) from None
    except Retryable as away:
        raise fail(f"No answer from the {away}.", ExitCode.NO_ANSWER, as_json=as_json) from None
