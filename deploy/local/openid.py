"""Runs the development OpenID provider and gets tokens from it."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.local.oidc.clients import client_secrets
from deploy.local.part import Part
from deploy.local.people import Person
from deploy.local.supervision import Running, plain_environment, spawn


@dataclass(frozen=True)
class OpenId(Part):
    """A running provider."""

    name = "the OpenID provider"

    @property
    def issuer(self) -> str:
        return f"http://{self.address}"

    @property
    def token_endpoint(self) -> str:
        return f"{self.issuer}/token"

    def form(self, person: Person) -> dict[str, str]:
        """What to post to the token endpoint to be that person."""
        secret = client_secrets(self.directory / "clients.json")[person.key]
        return {
            "grant_type": "client_credentials",
            "client_id": person.key,
            "client_secret": secret,
        }

    def tokens(self, people: Iterable[Person]) -> Mapping[Person, str]:
        """An access token of eight hours for each."""
        with httpx.Client(timeout=10) as client:
            return {person: self._token(client, person) for person in people}

    def _token(self, client: httpx.Client, person: Person) -> str:
        answer = client.post(self.token_endpoint, data=self.form(person))
        answer.raise_for_status()
        return str(answer.json()["access_token"])


def start(directory: Path) -> OpenId:
    """Starts the provider of `directory`, made when there is none; what runs already is kept.

    Raises:
        CannotStart: the port is taken, or it did not start.
    """
    return OpenId.kept(directory, lambda port: launch(directory, port))


def launch(directory: Path, port: int) -> Running:
    return spawn(
        [sys.executable, "-m", "deploy.local.oidc", directory, str(port)],
        directory=directory,
        environment=plain_environment(),
    )
