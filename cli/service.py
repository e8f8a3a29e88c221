"""`vcms serve NAME` and `vcms migrate NAME`: one service, as any deployment runs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib import import_module
from typing import Annotated

import typer

from cli.exit_codes import ExitCode
from cli.output import AsJson, fail, people, print_json

app = typer.Typer()


class Name(StrEnum):
    """The six services."""

    INTAKE = "intake"
    CASES = "cases"
    REFERRALS = "referrals"
    ATTACHMENTS = "attachments"
    NOTIFICATIONS = "notifications"
    AUDIT = "audit"


class Database(StrEnum):
    """Each service's database, and the one with the sealing keys."""

    INTAKE = "intake"
    CASES = "cases"
    REFERRALS = "referrals"
    ATTACHMENTS = "attachments"
    NOTIFICATIONS = "notifications"
    AUDIT = "audit"
    KEYS = "keys"


@app.command()
def serve(name: Annotated[Name, typer.Argument()], *, as_json: AsJson = False) -> None:
    """Run one service until it is told to end. Its settings are environment variables VCMS_…

    It logs in JSON either way; --json is for what it says when a setting is missing.
    """
    from shared.runtime.serve import serve as serve_until_told
    from shared.runtime.settings import variable
    from shared.vault.providers import NoKeyFile

    try:
        with settings_errors(as_json=as_json):
            serve_until_told(name, import_module(f"services.{name}.app").create)
    except NoKeyFile as unusable:
        reason = f"{variable('key_file')} names no usable key: {unusable}."
        raise fail(reason, ExitCode.SETTINGS, as_json=as_json) from None


@app.command()
def migrate(name: Annotated[Database, typer.Argument()], *, as_json: AsJson = False) -> None:
    """Bring a database to its newest shape, as its migrator (VCMS_MIGRATOR_URL)."""
    from shared.eventstore.migrations import migrate as migrate_service
    from shared.runtime.settings import MigrationSettings, load
    from shared.vault.schema import migrate_keys

    with settings_errors(as_json=as_json):
        url = load(MigrationSettings).migrator_url
    with database_errors(url, as_json=as_json):
        if name is Database.KEYS:
            migrate_keys(url)
        else:
            migrate_service(name, url)
    if as_json:
        print_json({"migrated": name})
    else:
        people.print(f"The database of {name} has its newest shape.")


@contextmanager
def settings_errors(*, as_json: bool) -> Iterator[None]:
    from shared.runtime.settings import SettingsAreWrong

    try:
        yield
    except SettingsAreWrong as wrong:
        raise fail(str(wrong), ExitCode.SETTINGS, as_json=as_json) from None


@contextmanager
def database_errors(url: str, *, as_json: bool) -> Iterator[None]:
    from sqlalchemy import make_url
    from sqlalchemy.exc import DBAPIError, OperationalError

    address = make_url(url)
    where = f"database {address.database} at {address.host}:{address.port or 5432}"
    try:
        yield
    except OperationalError:
        reason = f"The {where} did not answer, or did not let {address.username} in."
        raise fail(reason, ExitCode.NO_ANSWER, as_json=as_json) from None
    except DBAPIError as refused:
        reason = f"The {where} refused a change: {type(refused.orig).__name__}."
        raise fail(reason, ExitCode.FAILED, as_json=as_json) from None
