"""Which database and broker to work on: the environment first, then the stack on this machine."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import BaseModel, ValidationError
from sqlalchemy import Engine

from deploy.local.home import home
from shared.eventstore.connections import engine
from shared.messaging.bus import KafkaBus
from shared.runtime.settings import variable


class NoAddress(Exception):
    """Neither the environment nor a stack says where the service's parts are."""


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
    url = os.environ.get(variable("database_url")) or stack_here().services[service].database
    made = engine(url, pool_size=1, longest_transaction="0")
    try:
        yield made
    finally:
        made.dispose()


def broker() -> KafkaBus:
    """Raises NoAddress: VCMS_KAFKA_BOOTSTRAP is not set, and no stack runs here."""
    bootstrap = os.environ.get(variable("kafka_bootstrap")) or stack_here().kafka.bootstrap
    return KafkaBus(bootstrap)


def stack_here() -> Stack:
    try:
        return Stack.model_validate(json.loads(home().stack_file.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError):
        raise NoAddress(
            f"Set {variable('database_url')} and {variable('kafka_bootstrap')}, "
            "or start a stack with `make up`."
        ) from None
