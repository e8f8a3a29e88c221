"""Which audit service to ask, as whom: options first, then the stack that runs on this machine."""

import json
from dataclasses import dataclass
from uuid import UUID

import httpx
from pydantic import BaseModel, ValidationError

from cli.auditing.client import CannotAsk
from deploy.local.home import home
from deploy.local.people import AUDITOR, ORGANISATIONS, PEOPLE, PLATFORM
from shared.contracts.actor import Role

RENEW_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Access:
    url: str
    token: str | None


class Renewal(BaseModel):
    url: str
    form: dict[str, str]


class Person(BaseModel):
    roles: list[str]
    renew: Renewal


class Service(BaseModel):
    url: str


class Stack(BaseModel):
    """The part of `stack.json` that is of use here."""

    services: dict[str, Service]
    people: list[Person]


def access(url: str | None, token: str | None, *, signed_in: bool) -> Access:
    """Where the audit service is and, if it has to know who asks, the auditor's token.

    Raises:
        CannotAsk: no address was given and no stack runs here.
    """
    if url is not None:
        if signed_in and token is None:
            raise CannotAsk("With --url, give --token too, or set VCMS_TOKEN.")
        return Access(url, token)
    stack = _stack()
    if signed_in and token is None:
        token = _fresh_token(stack)
    return Access(stack.services["audit"].url, token)


def names_here() -> dict[UUID, str]:
    """The fictional people and organisations of the development stack."""
    organisations = {one.id: one.name for one in (*ORGANISATIONS, PLATFORM)}
    return organisations | {person.id: person.name for person in PEOPLE}


def _stack() -> Stack:
    file = home().stack_file
    try:
        stack = Stack.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError):
        raise CannotAsk("No stack runs here: give --url, or start one with `make up`.") from None
    if "audit" not in stack.services:
        raise CannotAsk("The stack that runs here has no audit service.")
    return stack


def _fresh_token(stack: Stack) -> str:
    """Tokens live for minutes; the stack's file says how to get another."""
    auditors = [person for person in stack.people if Role.AUDITOR in person.roles]
    if not auditors:
        raise CannotAsk(f"The stack that runs here has no {AUDITOR.key}.")
    renewal = auditors[0].renew
    try:
        answer = httpx.post(renewal.url, data=renewal.form, timeout=RENEW_SECONDS)
        answer.raise_for_status()
        return str(answer.json()["access_token"])
    except (httpx.HTTPError, ValueError, KeyError):
        raise CannotAsk("The stack's identity provider gave no token.") from None
