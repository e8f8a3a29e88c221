"""The product's databases for a row, with roles and rights as every deployment has them."""

from dataclasses import dataclass

from bench.servers import execute, new_database
from deploy.local.databases import Databases
from deploy.local.home import Home
from deploy.local.postgres import Postgres


@dataclass(frozen=True)
class ServiceDatabases:
    """Copies of one service's migrated database."""

    server: Postgres
    service: str

    def create(self) -> None:
        databases = self._databases
        databases.create(self.service)
        databases.migrate(self.service)

    def another(self) -> str:
        """The name of a fresh copy."""
        return new_database(self.server, self.service)

    def url(self, name: str) -> str:
        """As the service's writer."""
        return self._databases.url(self.service, "writer").rpartition("/")[0] + f"/{name}"

    def drop(self, name: str) -> None:
        execute(self.server.url(), f"DROP DATABASE {name} WITH (FORCE)")

    @property
    def _databases(self) -> Databases:
        return Databases(Home(self.server.directory), self.server)
