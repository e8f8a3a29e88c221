"""Which database and broker to work on: the environment first, then the stack on this machine."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import BaseModel, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError

from deploy.local.home import home
from shared.eventstore.connections import engine
from shared.messaging.bus import KafkaBus
from shared.runtime.settings import PREFIX, SettingsAreWrong, load, variable


class NoAddress(Exception):
    """Neither the environment nor a stack says where the service's parts are."""


class Addresses(BaseSettings):
    """Of one service's parts, where the environment or its folder of secrets says them."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True)

    database_url: str | None = None
    kafka_bootstrap: str | None = None


class Service(BaseModel):
    database: str


class Kafka(BaseModel):
    bootstrap: str


class Stack(BaseModel):
    """The part of `stack.json` that is of use here."""

    services: dict[str, Service]
    kafka: Kafka


@contextmanager
def database_of(service: str) -> Iterator[Engine]:
    """The service's database, as its writer; VCMS_DATABASE_URL must be that service's own.

    Raises:
        NoAddress: it is not set, and no stack with this service runs here.
    """
    made = connectable(addresses().database_url or database_here(service))
    try:
        yield made
    finally:
        made.dispose()


def connectable(url: str) -> Engine:
    try:
        return engine(url, pool_size=1, longest_transaction="0")
    except ArgumentError:
        raise NoAddress(f"{variable('database_url')} is no `postgresql://…`.") from None


def database_here(service: str) -> str:
    services = stack_here().services
    if service not in services:
        raise NoAddress(f"The stack that runs here has no {service}.")
    return services[service].database


def broker() -> KafkaBus:
    """Raises NoAddress: VCMS_KAFKA_BOOTSTRAP is not set, and no stack runs here."""
    return KafkaBus(addresses().kafka_bootstrap or stack_here().kafka.bootstrap)


def addresses() -> Addresses:
    try:
        return load(Addresses)
    except SettingsAreWrong as wrong:
        raise NoAddress(str(wrong)) from None


def stack_here() -> Stack:
    try:
        return Stack.model_validate(json.loads(home().stack_file.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError):
        raise NoAddress(
            f"Set {variable('database_url')} and {variable('kafka_bootstrap')}, "
            "or start a stack with `make up`."
        ) from None
