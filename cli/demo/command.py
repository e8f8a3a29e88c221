"""`vcms demo`: starts the stack, plays the story, and leaves everything running until Ctrl-C."""

import json
import signal
from pathlib import Path
from typing import Annotated

import httpx
import typer

from cli.auditing.access import names_here
from cli.auditing.told import Names
from cli.demo import showing
from cli.demo.asking import NothingCame
from cli.demo.expectations import Report
from cli.demo.records import records
from cli.demo.story import Stack, Told, tell
from cli.exit_codes import ExitCode
from cli.interruption import Interruption, interruptible
from cli.output import (
    AsJson,
    check_can_write,
    fail,
    file_errors,
    people,
    people_aside,
    print_json,
    tell_ending,
)
from cli.stack import down, start
from deploy.local.home import home
from deploy.local.people import PEOPLE

app = typer.Typer()

ReportFile = Annotated[
    Path | None, typer.Option("--report", help="Write every expectation to this file, as JSON.")
]
Exit = Annotated[bool, typer.Option("--exit", help="Stop the stack at the end; its data stays.")]


@app.command()
def demo(*, report: ReportFile = None, leave: Exit = False, as_json: AsJson = False) -> None:
    """Start everything and hand 40 cases from one organisation to another."""
    if report is not None:
        check_can_write(report, as_json=as_json)
    with people_aside(aside=as_json), interruptible() as interruption:
        try:
            expected = staged(interruption, report, as_json=as_json)
            if not leave:
                wait_for_ctrl_c()
        except BaseException:
            interrupted = interruption.heard
            interruption.begin_ending()
            if interrupted or leave:
                end()
            if not interrupted:
                raise
            raise fail("Stopped.", ExitCode.INTERRUPTED, as_json=as_json) from None
        interruption.begin_ending()
        end()
    if expected.broken:
        raise typer.Exit(ExitCode.FAILED)


def staged(interruption: Interruption, report: Path | None, *, as_json: bool) -> Report:
    """Starts the stack, tells the story and shows it; what was expected of it and what came."""
    start(instances=None, shown=True, as_json=as_json)
    expected = Report()
    try:
        told = interruption.run(tell(stack_here(), list(records()), expected))
    except (NothingCame, httpx.HTTPError) as error:
        expected.expect("the demonstration", "to come to its end", "its end", reason(error))
        told = None
    if report is not None:
        with file_errors(report, as_json=as_json):
            expected.write(report)
    show(told, expected, as_json=as_json)
    return expected


def end() -> None:
    tell_ending()
    down(as_json=False)


def stack_here() -> Stack:
    """The running stack, as its file tells tools."""
    content = json.loads(home().stack_file.read_text("utf-8"))
    return Stack(
        addresses={name: service["url"] for name, service in content["services"].items()},
        renewals={
            person.key: entry["renew"]
            for person, entry in zip(PEOPLE, content["people"], strict=True)
        },
    )


def reason(error: Exception) -> str:
    return str(error) if isinstance(error, NothingCame) else type(error).__name__


def show(told: Told | None, report: Report, *, as_json: bool) -> None:
    if as_json:
        print_json(document(report))
    if told is not None:
        showing.show_timeline(told.hand_over)
        showing.show_referrals(told.referrals)
        showing.show_latencies(told.latencies)
        showing.show_audit(told.verdict, told.moments, Names(names_here()))
    showing.show_report(report)


def document(report: Report) -> dict[str, object]:
    broken = len(report.broken)
    counts: dict[str, object] = {"kept": len(report.expectations) - broken, "broken": broken}
    if not broken:
        return counts
    return counts | {"error": f"{broken} not as expected.", "code": ExitCode.FAILED.name.lower()}


def wait_for_ctrl_c() -> None:
    running = f"Everything keeps running; addresses and tokens: {home().stack_file}."
    try:
        people.print(f"\n{running} Ctrl-C ends it.")
        signal.pause()
    except KeyboardInterrupt:
        people.print()
