"""`vcms demo`: starts the stack, plays the story, and leaves everything running until Ctrl-C."""

import asyncio
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
from cli.output import AsJson, fail, people, print_json
from cli.stack import down, up
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
    up(instances=None, as_json=False)
    try:
        expected = play(report, as_json=as_json)
        if not leave:
            wait_for_ctrl_c()
    except KeyboardInterrupt:
        down(as_json=False)
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    down(as_json=False)
    if expected.broken:
        raise fail(f"{len(expected.broken)} not as expected.", ExitCode.FAILED, as_json=as_json)


def play(report: Path | None, *, as_json: bool) -> Report:
    """Tells the story and shows it; what was expected of it and what came."""
    expected = Report()
    try:
        told = asyncio.run(tell(stack_here(), list(records()), expected))
    except (NothingCame, httpx.HTTPError) as error:
        expected.expect("the demonstration", "to come to its end", "its end", reason(error))
        told = None
    if report is not None:
        expected.write(report)
    show(told, expected, as_json=as_json)
    return expected


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
        kept = len(report.expectations) - len(report.broken)
        print_json({"kept": kept, "broken": len(report.broken)})
        return
    if told is not None:
        showing.show_timeline(told.hand_over)
        showing.show_referrals(told.referrals)
        showing.show_latencies(told.latencies)
        showing.show_audit(told.verdict, told.moments, Names(names_here()))
    showing.show_report(report)


def wait_for_ctrl_c() -> None:
    people.print(
        f"\nEverything keeps running; addresses and tokens: {home().stack_file}. Ctrl-C ends it."
    )
    try:
        signal.pause()
    except KeyboardInterrupt:
        people.print()
