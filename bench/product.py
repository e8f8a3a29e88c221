"""The product's own databases in a benchmark's cluster: `cases` as a template, and the keys."""

from dataclasses import dataclass
from secrets import token_urlsafe

from bench.servers import execute, fresh, new_database
from deploy.local.postgres import Postgres
from services.cases.app import CASE, NAME
from shared.eventstore.migrations import migrate
from shared.eventstore.sealer import Sealer
from shared.eventstore.writer import Writer
from shared.runtime.clock import now
from shared.runtime.serve import keep_collector_off_what_stays
from shared.vault.providers import KeyFile
from shared.vault.schema import migrate_keys
from shared.vault.tables import SubjectKeys
from shared.vault.vault import Vault

PASSWORD = token_urlsafe()


@dataclass(frozen=True)
class Product:
    """Its roles in one cluster; `template` is migrated and empty."""

    postgres: Postgres
    template: str

    def url(self, database: str, role: str = "writer", service: str = NAME) -> str:
        return self.postgres.url(database, f"{service}_{role}", PASSWORD)

    def writer(self, database: str, sealer: Sealer | None) -> Writer:
        """The one of the service, as the service makes it."""
        return Writer(self.url(database), NAME, [CASE], sealer, now)

    def vault(self) -> Vault:
        """With a keys database of its own and a key file, as in a service."""
        database = owned_database(self.postgres, "keys", ("migrator", "sealer"))
        migrate_keys(self.url(database, "migrator", "keys"))
        key = fresh("wrapping-key") / "wrapping.key"
        key.write_bytes(bytes(32))
        return Vault(SubjectKeys(self.url(database, "sealer", "keys")), KeyFile(key))


def product(postgres: Postgres) -> Product:
    """The collector is set as a service sets it; peers in this process have that too."""
    keep_collector_off_what_stays()
    template = owned_database(postgres, NAME, ("migrator", "writer", "reader"))
    made = Product(postgres, template)
    migrate(NAME, made.url(template, "migrator"))
    return made


def owned_database(postgres: Postgres, service: str, roles: tuple[str, ...]) -> str:
    """An empty one that belongs to the service's migrator."""
    for role in roles:
        execute(
            postgres.url(),
            f"DO $$ BEGIN CREATE ROLE {service}_{role} LOGIN PASSWORD '{PASSWORD}';"
            " EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        )
    name = new_database(postgres)
    execute(postgres.url(), f"ALTER DATABASE {name} OWNER TO {service}_migrator")
    return name
