"""Finds a service's projections by name, and asks for them to be built again."""

import pkgutil
from importlib import import_module

from sqlalchemy import Connection, Engine, select

from shared.eventstore.projecting import start_again
from shared.eventstore.projection import Projection
from shared.eventstore.tables import INBOX
from shared.messaging.inbox import PostgresInbox, database_errors
from shared.messaging.rebuild import begin_again


class NoSuchProjection(Exception):
    """The service keeps no projection of this name."""


def projections_of(service: str) -> list[Projection]:
    """What the service's modules named `projections` declare."""
    package = import_module(f"services.{service}")
    found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    modules = [import_module(one.name) for one in found if one.name.endswith(".projections")]
    return [one for module in modules for one in vars(module).values() if type(one) is Projection]


def rebuild(database: Engine, service: str, name: str) -> Projection:
    """Empties its tables and sets it to the first event, in one transaction; the service does the
    rest. Of its own events, or of another service's.

    Raises:
        NoSuchProjection: naming those that there are.
    """
    there = {projection.name: projection for projection in projections_of(service)}
    if name not in there:
        raise NoSuchProjection(f"{service} has {', '.join(sorted(there)) or 'no projection'}.")
    projection = there[name]
    with database_errors(), database.begin() as connection:
        topic = topic_of(connection, name)
        if topic is None:
            start_again(connection, service, projection)
        else:
            begin_again(connection, PostgresInbox(database, name, topic), projection.tables)
    return projection


def topic_of(connection: Connection, consumer: str) -> str | None:
    """Another service's topic, where it is that service's events that are projected."""
    topic = select(INBOX.c.topic).where(INBOX.c.consumer == consumer)
    return connection.execute(topic).scalar_one_or_none()
