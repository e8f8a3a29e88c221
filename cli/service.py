"""`vcms serve NAME` and `vcms migrate NAME`: one service, as any deployment runs it."""

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
    from shared.runtime.settings import SettingsAreWrong

    try:
        serve_until_told(name, import_module(f"services.{name}.app").create)
    except SettingsAreWrong as wrong:
        raise fail(str(wrong), ExitCode.SETTINGS, as_json=as_json) from None


@app.command()
def migrate(name: Annotated[Database, typer.Argument()], *, as_json: AsJson = False) -> None:
    """Bring a database to its newest shape, as its migrator (VCMS_MIGRATOR_URL)."""
    from shared.eventstore.migrations import migrate as migrate_service
    from shared.runtime.settings import MigrationSettings, SettingsAreWrong, load
    from shared.vault.schema import migrate_keys

    try:
        url = load(MigrationSettings).migrator_url
    except SettingsAreWrong as wrong:
        raise fail(str(wrong), ExitCode.SETTINGS, as_json=as_json) from None
    if name is Database.KEYS:
        migrate_keys(url)
    else:
        migrate_service(name, url)
    if as_json:
        print_json({"migrated": name})
    else:
        people.print(f"The database of {name} has its newest shape.")
