"""Makes every secret once, and gives each container a folder with those that it needs.

`python -m deploy.docker.secret_folders /secrets`: in `kept` stands what was made, and what must be
backed up; each other folder is made from it at every start, for the one account that reads it.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.docker.databases import KEYCLOAK_OWNER, SUPERUSER
from deploy.identities import ADMIN, SIGNERS, Identity, identities
from deploy.layout import BUCKET_OF, DATABASES, KEYS, SEALING, SERVICES, roles_of
from deploy.local.secret_file import remembered_key, remembered_secret
from shared.runtime.settings import variable

Files = Mapping[str, bytes]
Give = Callable[[Path, int, int], None]
"""Makes a path the property of a user and a group."""

DATABASE_SERVER = "postgres:5432"
WRAPPING_KEY = "wrapping.key"

OURS, POSTGRES_ACCOUNT, KEYCLOAK_ACCOUNT, S3_ACCOUNT = 10001, 999, 1000, 1000
"""User ids: of our image, and of those that others made."""


@dataclass(frozen=True)
class Kept:
    """The folder with all that is random; what is missing there is made when it is asked for."""

    folder: Path
    server: str = DATABASE_SERVER

    def password(self, of: str) -> str:
        return remembered_secret(self.folder / of)

    def wrapping_key(self) -> bytes:
        return remembered_key(self.folder / WRAPPING_KEY)

    def url(self, database: str, role: str) -> bytes:
        user = f"{database}_{role}"
        return f"postgresql://{user}:{self.password(user)}@{self.server}/{database}".encode()

    def identity(self, signer: str) -> Identity:
        return Identity(signer, self.password(f"s3_{signer}"))

    def s3_keys(self, signer: str) -> Files:
        identity = self.identity(signer)
        return {
            variable("s3_access_key"): identity.access_key.encode(),
            variable("s3_secret_key"): identity.secret_key.encode(),
        }


def folders(kept: Kept) -> Mapping[str, tuple[int, Files]]:
    """By folder: the user id of who reads it, and its files."""
    services = {name: (OURS, of_service(kept, name)) for name in SERVICES}
    migrators = {
        f"migrate/{name}": (OURS, {variable("migrator_url"): kept.url(name, "migrator")})
        for name in DATABASES
    }
    return {
        **services,
        **migrators,
        "postgres": (POSTGRES_ACCOUNT, {"password": kept.password("postgres").encode()}),
        "databases": (OURS, of_databases(kept)),
        "s3": (S3_ACCOUNT, {"identities.json": of_s3(kept)}),
        "buckets": (OURS, kept.s3_keys(ADMIN)),
        "keycloak": (KEYCLOAK_ACCOUNT, of_keycloak(kept)),
    }


def of_service(kept: Kept, name: str) -> Files:
    """A service signs in as its writer and its reader; few open keys, one signs for a bucket."""
    sealing = {variable("keys_url"): kept.url(KEYS, "sealer"), WRAPPING_KEY: kept.wrapping_key()}
    return {
        variable("database_url"): kept.url(name, "writer"),
        variable("reader_url"): kept.url(name, "reader"),
        **(sealing if name in SEALING else {}),
        **(kept.s3_keys(name) if name in BUCKET_OF else {}),
    }


def of_databases(kept: Kept) -> Files:
    users = [f"{database}_{role}" for database in DATABASES for role in roles_of(database)]
    passwords = {user: kept.password(user).encode() for user in (*users, KEYCLOAK_OWNER)}
    superuser = f"postgresql://postgres:{kept.password('postgres')}@{kept.server}/postgres"
    return {**passwords, SUPERUSER: superuser.encode()}


def of_s3(kept: Kept) -> bytes:
    return json.dumps(identities(map(kept.identity, SIGNERS)), indent=2).encode()


def of_keycloak(kept: Kept) -> Files:
    names = {"database": KEYCLOAK_OWNER, "admin": "keycloak_admin", "people": "people"}
    return {file: kept.password(name).encode() for file, name in names.items()}


def fill(root: Path, server: str = DATABASE_SERVER, give: Give = os.chown) -> None:
    """Writes every folder; the one for objects becomes the property of the object store."""
    for name, (account, files) in folders(Kept(root / "kept", server)).items():
        write(root / name, account, files, give)
    objects = root / "objects"
    objects.mkdir(exist_ok=True)
    give(objects, S3_ACCOUNT, S3_ACCOUNT)


def write(folder: Path, account: int, files: Files, give: Callable[[Path, int, int], None]) -> None:
    """Only `account` reads it, and nobody writes to it."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for stale in {entry.name for entry in folder.iterdir()} - files.keys():
        (folder / stale).unlink()
    for name, content in files.items():
        file = folder / name
        if not (file.exists() and file.read_bytes() == content):
            draft = file.with_name(f".{name}")
            draft.write_bytes(content)
            draft.replace(file)
        file.chmod(0o400)
        give(file, account, account)
    folder.chmod(0o500)
    give(folder, account, account)


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
