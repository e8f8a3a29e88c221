"""A database and its roles for each service; what they may do to tables, migrations say."""

from dataclasses import dataclass

import psycopg2

from deploy.layout import KEYS, roles_of
from deploy.local.home import Home
from deploy.local.postgres import Postgres
from deploy.local.secret_file import remembered_secret
from deploy.roles import create_database


@dataclass(frozen=True)
class Databases:
    """The addresses (`postgresql://…`) of every role in one stack's cluster."""

    home: Home
    postgres: Postgres

    def url(self, database: str, role: str) -> str:
        """As `migrator`, `writer` or `reader` of a service, or `migrator` or `sealer` of `keys`."""
        user = f"{database}_{role}"
        return self.postgres.url(database, user, self._passwords(database)[role])

    def create(self, database: str) -> None:
        """Makes the database and its roles where they are missing."""
        with_superuser = psycopg2.connect(self.postgres.url())
        with_superuser.autocommit = True
        try:
            create_database(with_superuser, database, self._passwords(database))
        finally:
            with_superuser.close()

    def migrate(self, database: str) -> None:
        """Brings the tables to their newest shape, as the migrator."""
        # Imported here: alembic takes longer to load than `vcms status` to answer.
        from shared.eventstore.migrations import migrate
        from shared.vault.schema import migrate_keys

        url = self.url(database, "migrator")
        if database == KEYS:
            migrate_keys(url)
        else:
            migrate(database, url)

    def _passwords(self, database: str) -> dict[str, str]:
        return {
            role: remembered_secret(self.home.role_secret(f"{database}_{role}"))
            for role in roles_of(database)
        }
