"""`vcms auditor verify|replay|as-of`: checks the log, and tells a case's story, over HTTP.

Each command imports what it needs by itself, so that `vcms serve` carries none of it.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from cli.exit_codes import ExitCode
from cli.output import AsJson, check_can_write, fail, file_errors, people, print_json
from shared.contracts.audit import ReplayPurpose

if TYPE_CHECKING:
    from cli.auditing.client import AuditService
    from cli.auditing.questions import Story
    from cli.auditing.verification import Finding, Head

app = typer.Typer(
    name="auditor",
    help="Check that nothing recorded was changed, and read what was known when.",
    no_args_is_help=True,
)


def address(url: str | None) -> str | None:
    from cli.auditing.client import is_address

    if url is None or is_address(url):
        return url
    raise typer.BadParameter("an address is written as in https://audit.example.org")


Url = Annotated[
    str | None,
    typer.Option(help="The audit service; the stack here if left out.", callback=address),
]
Token = Annotated[
    str | None,
    typer.Option(envvar="VCMS_TOKEN", help="An auditor's access token.", show_envvar=True),
]
CaseId = Annotated[UUID, typer.Argument(metavar="CASE")]
Purpose = Annotated[ReplayPurpose, typer.Option(help="Why you ask; it is recorded.")]
REVIEW = ReplayPurpose.SCHEDULED_REVIEW


@app.command()
def verify(
    *,
    url: Url = None,
    head: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, help="File with the head seen last: compared with, then renewed."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Recompute the whole log from its leaves. Needs no token; exits with 1 if anything is off."""
    from cli.auditing import questions
    from cli.auditing.shown import head_document, show_verdict, verdict_document

    if head is not None:
        check_can_write(head, as_json=as_json)
    kept = read_head(head, as_json=as_json)
    with (
        asking(url, None, signed_in=False, as_json=as_json) as service,
        progress_bar(shown=not as_json) as progress,
    ):
        verdict = questions.verify(service, kept, progress)
    if head is not None and not verdict.findings:
        with file_errors(head, as_json=as_json):
            head.write_text(json.dumps(head_document(verdict.head)) + "\n", encoding="utf-8")
    if as_json:
        print_json(verdict_document(verdict, kept))
    else:
        show_verdict(verdict, kept)
    exit_with(verdict.findings)


@app.command()
def replay(
    case_id: CaseId,
    *,
    purpose: Purpose = REVIEW,
    url: Url = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Tell a case's story: who did what, when. Structure alone; every event is proven."""
    from cli.auditing.access import names_here
    from cli.auditing.shown import show_proof, story_document
    from cli.auditing.story import sentence
    from cli.auditing.told import Names

    story = ask_story(case_id, purpose, url, token, as_json=as_json)
    names = Names(names_here() if url is None else {})
    if as_json:
        print_json(story_document(story, names))
    else:
        for told in story.events:
            people.print(sentence(told, names), markup=False)
        show_proof(story)
    exit_with(story.findings)


@app.command("as-of")
def as_of_times(
    case_id: CaseId,
    times: Annotated[
        list[str], typer.Argument(metavar="TIME...", help="As in 2030-01-31T12:00:00Z.")
    ],
    *,
    purpose: Purpose = REVIEW,
    url: Url = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Say how a case stood at each of these times, from what had been recorded by then."""
    from cli.auditing.access import names_here
    from cli.auditing.moment import as_of
    from cli.auditing.shown import show_proof, then_document, then_table
    from cli.auditing.told import Names

    moments = [moment(time) for time in times]
    story = ask_story(case_id, purpose, url, token, as_json=as_json)
    names = Names(names_here() if url is None else {})
    thens = [as_of(case_id, at, story.events) for at in moments]
    if as_json:
        findings = [asdict(finding) for finding in story.findings]
        print_json({"moments": [then_document(then) for then in thens], "findings": findings})
    else:
        for then in thens:
            people.print(then_table(then, names))
        show_proof(story)
    exit_with(story.findings)


@contextmanager
def asking(
    url: str | None, token: str | None, *, signed_in: bool, as_json: bool
) -> Iterator["AuditService"]:
    from cli.auditing.access import access
    from cli.auditing.client import AuditService, CannotAsk

    try:
        chosen = access(url, token, signed_in=signed_in)
        with AuditService.at(chosen.url, chosen.token) as service:
            yield service
    except CannotAsk as reason:
        raise fail(str(reason), ExitCode.NO_ANSWER, as_json=as_json) from None


def ask_story(
    case_id: UUID, purpose: ReplayPurpose, url: str | None, token: str | None, *, as_json: bool
) -> "Story":
    from cli.auditing import questions

    with asking(url, token, signed_in=True, as_json=as_json) as service:
        return questions.replay(service, case_id, purpose)


def moment(time: str) -> datetime:
    try:
        at = datetime.fromisoformat(time)
    except ValueError:
        raise typer.BadParameter("a time is written as in 2030-01-31T12:00:00Z") from None
    if at.tzinfo is None:
        raise typer.BadParameter("a time needs its offset: add Z for UTC")
    return at


def read_head(file: Path | None, *, as_json: bool) -> "Head | None":
    from cli.auditing.verification import Head

    if file is None or not file.exists():
        return None
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return Head(int(kept["size"]), bytes.fromhex(kept["root"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise fail(f"{file} holds no head.", ExitCode.USAGE, as_json=as_json) from None


def exit_with(findings: "list[Finding]") -> None:
    if findings:
        raise typer.Exit(ExitCode.FAILED)


@contextmanager
def progress_bar(*, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """Takes how many leaves are done, and of how many."""
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn())
    hidden = not shown or not people.is_terminal
    with Progress(*columns, console=people, disable=hidden, transient=True) as bar:
        leaves = bar.add_task("leaves", total=None)
        yield lambda count, size: bar.update(leaves, completed=count, total=size)
