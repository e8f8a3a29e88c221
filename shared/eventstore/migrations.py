"""Schema of a service's database: what its alembic revisions call, and how they are run.

A service's first revision, `services/<service>/migrations/versions/first.py`:

    revision = "first"
    down_revision = None

    def upgrade() -> None:
        create_event_tables("cases")
        op.create_table(
            "cases_of_organisation",
            sa.Column("organisation", sa.Uuid, primary_key=True),
            sa.Column("case_id", sa.Uuid, primary_key=True),
            sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        )
        organisation_rows("cases_of_organisation")
"""

from importlib import resources
from string import Template

from alembic import command, op
from alembic.config import Config

from shared.eventstore.connections import engine

SERVICE = "service"


def create_event_tables(service: str) -> None:
    """The tables of `schema.sql`, with the roles `<service>_writer` and `<service>_reader`."""
    schema = Template(resources.files("shared.eventstore").joinpath("schema.sql").read_text())
    op.get_bind().exec_driver_sql(
        schema.substitute(writer=f"{service}_writer", reader=f"{service}_reader")
    )


def organisation_rows(table: str) -> None:
    """The reader sees the rows of its transaction's organisation alone, in column `organisation`.

    Forced, so that the table's owner is held too. The writer, which projects, sees all rows.
    """
    writer, reader = _roles()
    for statement in (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY of_organisation ON {table} FOR SELECT TO {reader} USING"
        " (organisation = nullif(current_setting('app.organisation', true), '')::uuid)",
        f"CREATE POLICY of_writer ON {table} TO {writer} USING (true) WITH CHECK (true)",
        f"GRANT SELECT ON {table} TO {reader}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {writer}",
    ):
        op.execute(statement)


def writer_rows(table: str) -> None:
    """A table that belongs to no organisation: work lists of workers, facts of other services.

    The writer alone has rights on it.
    """
    writer, _ = _roles()
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {writer}")


def migrate(service: str, migrator_url: str) -> None:
    """Brings the service's database to its newest revision; does nothing where it is there.

    Two that run at once wait for each other. Raises sqlalchemy's OperationalError when the
    database is away.
    """
    config = Config()
    config.set_main_option("script_location", "shared.eventstore:alembic")
    config.set_main_option("path_separator", "newline")
    revisions = resources.files(f"services.{service}").joinpath("migrations")
    config.set_main_option("version_locations", str(revisions).replace("%", "%%"))
    config.set_main_option("recursive_version_locations", "true")
    config.attributes[SERVICE] = service
    database = engine(migrator_url, longest_transaction="0")
    try:
        with database.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        database.dispose()


def _roles() -> tuple[str, str]:
    """The writer and the reader of the service that is being migrated."""
    service: str = op.get_context().opts[SERVICE]
    return f"{service}_writer", f"{service}_reader"
