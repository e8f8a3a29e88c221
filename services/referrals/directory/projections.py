"""The directory as members read it."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping
from sqlalchemy.dialects.postgresql import ARRAY, insert

from shared.contracts.referrals import OrganisationRegistered
from shared.eventstore.projection import Projection
from shared.eventstore.recorded import Recorded

organisations = sa.table(
    "organisations",
    sa.column("organisation", sa.Uuid),
    sa.column("version", sa.Integer),
    sa.column("name", sa.Text),
    sa.column("kind", sa.Text),
    sa.column("country", sa.Text),
    sa.column("services", ARRAY(sa.Text)),
)


def project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        if isinstance(recorded.event, OrganisationRegistered):
            _enter(connection, recorded.event, recorded.envelope.version)


def _enter(connection: Connection, entry: OrganisationRegistered, version: int) -> None:
    connection.execute(
        insert(organisations).values(
            organisation=entry.organisation,
            version=version,
            name=entry.name,
            kind=entry.kind,
            country=entry.country,
            services=list(entry.services),
        )
    )


DIRECTORY = Projection(
    "referrals.directory", ("organisations",), (OrganisationRegistered,), project
)


def organisations_after(
    connection: Connection, last: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Entries in the order of their ids, from behind `last`."""
    query = sa.select(organisations).order_by(organisations.c.organisation).limit(limit)
    if last is not None:
        query = query.where(organisations.c.organisation > last)
    return connection.execute(query).mappings().all()


def organisation(connection: Connection, organisation_id: UUID) -> RowMapping | None:
    query = sa.select(organisations).where(organisations.c.organisation == organisation_id)
    return connection.execute(query).mappings().one_or_none()
