"""`python -m deploy.docker.databases FOLDER`: every database and role, with the passwords in it.

In FOLDER stand the superuser's address and, by its name, the password of each role.
"""

import sys
from contextlib import closing
from pathlib import Path

import psycopg2

from deploy.layout import DATABASES, roles_of
from deploy.roles import create_database

SUPERUSER = "superuser_url"
KEYCLOAK_OWNER = "keycloak_owner"


def make_databases(folder: Path) -> None:
    """Makes what is missing, and gives each role the password that stands in `folder`."""
    with closing(psycopg2.connect(text(folder, SUPERUSER))) as superuser:
        superuser.autocommit = True
        for name in DATABASES:
            passwords = {role: text(folder, f"{name}_{role}") for role in roles_of(name)}
            create_database(superuser, name, passwords)
        create_database(superuser, "keycloak", {"owner": text(folder, KEYCLOAK_OWNER)})


def text(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8").strip()


def main(folder: Path) -> None:
    try:
        make_databases(folder)
    except psycopg2.OperationalError:
        sys.exit("PostgreSQL did not answer, or did not let its superuser in.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
