"""`vcms up|down|status|reset`: the stack on this machine.

Each command imports what it needs by itself, so that `vcms serve` carries none of it.
"""

from contextlib import closing
from typing import Annotated

import typer

from cli.exit_codes import ExitCode
from cli.interruption import interruptible
from cli.output import AsJson, fail, one_line_errors, people, print_json, tell_ending

app = typer.Typer()

Instances = Annotated[
    int | None,
    typer.Option(min=1, max=9, envvar="VCMS_INSTANCES", help="Instances of each service."),
]


@app.command()
def up(*, instances: Instances = None, as_json: AsJson = False) -> None:
    """Start what does not run of PostgreSQL, Kafka, S3, identity, mail and the six services."""
    from deploy.local.home import home

    started = start(instances, shown=not as_json, as_json=as_json)
    if as_json:
        print_json({"stack_file": str(home().stack_file), "started": started})


def start(instances: int | None, *, shown: bool, as_json: bool) -> list[str]:
    """Starts what does not run; the names of what was started.

    `shown`: whether people see it come up. Raises typer.Exit, having said why in one line.
    """
    from cli.stack_view import Starting, fresh, show_addresses
    from deploy.local.down import down as end_stack
    from deploy.local.home import home
    from deploy.local.up import up as start_stack

    here, seen = home(), Starting(shown=shown)
    with interruptible() as interruption:
        try:
            with one_line_errors(as_json=as_json), closing(seen):
                stack = start_stack(here, instances, seen.say, seen.fetched)
        except BaseException:
            if not interruption.heard:
                raise
            tell_ending()
            end_stack(here)
            raise fail("Stopped again.", ExitCode.INTERRUPTED, as_json=as_json) from None
    started = fresh(seen.started)
    if shown:
        show_addresses(here, stack, everything_ran=not started)
    return started


@app.command()
def down(*, as_json: AsJson = False) -> None:
    """End every program of the stack; what it keeps stays."""
    from cli.stack_view import tell_ended
    from deploy.local.down import down as end_stack
    from deploy.local.home import home

    here = home()
    with one_line_errors(as_json=as_json):
        ended = end_stack(here)
    tell_ended(ended, f"Everything in {here.directory} is kept.", as_json=as_json)


@app.command()
def reset(*, as_json: AsJson = False) -> None:
    """End the stack and delete everything that it kept."""
    from cli.stack_view import tell_ended
    from deploy.local.down import reset as reset_stack
    from deploy.local.home import home

    here = home()
    with one_line_errors(as_json=as_json):
        ended = reset_stack(here)
    tell_ended(ended, f"Everything in {here.directory} is deleted.", as_json=as_json)


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """Say which parts run. Exits with 3 when one does not."""
    from cli.stack_view import row, table
    from deploy.local.home import home
    from deploy.local.inventory import seen

    parts = seen(home())
    if as_json:
        print_json({"parts": [row(part) for part in parts]})
    elif parts:
        people.print(table(parts))
    missing = [part.name for part in parts if not part.running]
    if parts and not missing:
        return
    if as_json:
        raise typer.Exit(ExitCode.NOT_RUNNING)
    reason = f"{', '.join(missing)}: not running." if missing else "No stack runs here."
    raise fail(f"{reason} `make up` starts it.", ExitCode.NOT_RUNNING, as_json=False)
