"""What commands print: tables and sentences for people, one JSON document for programs."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cli.exit_codes import ExitCode, of
from deploy.local.refusals import CannotStart

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

ENDING = "Ending; this takes a few seconds."

people = Console(highlight=False, soft_wrap=True)
errors = Console(highlight=False, soft_wrap=True, stderr=True)


def print_json(document: object) -> None:
    """One document, on one line, to standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def tell_ending() -> None:
    """Also to a terminal that is closed."""
    with suppress(OSError):
        errors.print(ENDING)


@contextmanager
def people_aside(*, aside: bool) -> Iterator[None]:
    """What is for people goes to standard errors: standard output is for one document alone."""
    people.stderr = aside
    try:
        yield
    finally:
        people.stderr = False


def check_can_write(file: Path, *, as_json: bool) -> None:
    """Before the work whose result it is to hold: refuses a file that cannot be written."""
    there = file.exists()
    with file_errors(file, as_json=as_json):
        file.open("ab").close()
        if not there:
            file.unlink()


@contextmanager
def file_errors(file: Path, *, as_json: bool) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = f"{file} cannot be written to: {error.strerror}."
        raise fail(reason, ExitCode.NOT_WRITABLE, as_json=as_json) from None


def fail(reason: str, code: ExitCode, *, as_json: bool) -> typer.Exit:
    """Says why in one line; to be raised."""
    if as_json:
        print_json({"error": reason, "code": code.name.lower()})
    else:
        errors.print(f"[red]✗[/red] {escape(reason)}")
    return typer.Exit(code)


@contextmanager
def one_line_errors(*, as_json: bool) -> Iterator[None]:
    """Turns what the stack refuses into one line and an exit code."""
    try:
        yield
    except CannotStart as refusal:
        raise fail(str(refusal), of(type(refusal)), as_json=as_json) from None
    except OSError as error:
        raise fail(str(error), ExitCode.FAILED, as_json=as_json) from None
