"""Where staff want mail: rows that they change as they like. Never events, and never logged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping
from sqlalchemy.dialects.postgresql import ARRAY, insert

from shared.contracts.actor import Staff
from shared.contracts.refused import KeyReused, WrongVersion

addresses = sa.table(
    "addresses",
    sa.column("staff", sa.Uuid),
    sa.column("organisation", sa.Uuid),
    sa.column("version", sa.Integer),
    sa.column("roles", ARRAY(sa.Text)),
    sa.column("mail", sa.Text),
    sa.column("since", sa.DateTime(timezone=True)),
    sa.column("refused", sa.Boolean),
    sa.column("key", sa.Text),
    sa.column("request_hash", sa.LargeBinary),
)


@dataclass(frozen=True, slots=True)
class SetAddress:
    """`mail` None: no mail any more. The token's roles say what mail is about."""

    by: Staff
    mail: str | None
    key: str
    request_hash: bytes
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class Recipient:
    staff: UUID
    mail: str


def set_address(connection: Connection, command: SetAddress, now: datetime) -> int:
    """The row's new version. A retry changes nothing.

    Raises:
        KeyReused: the key of the last change, with another request.
        WrongVersion: the row has moved on.
    """
    row = connection.execute(_own(command.by).with_for_update()).mappings().one_or_none()
    version: int = row["version"] if row else 0
    if row is not None and row["key"] == command.key:
        if bytes(row["request_hash"]) != command.request_hash:
            raise KeyReused
        return version
    if command.expected_version not in (None, version):
        raise WrongVersion
    connection.execute(_put(command, version + 1, now))
    return version + 1


def own_address(connection: Connection, staff: Staff) -> RowMapping | None:
    return connection.execute(_own(staff)).mappings().one_or_none()


def recipients(
    connection: Connection, organisation: UUID, role: str, queued_at: datetime
) -> Sequence[Recipient]:
    """Those who had given an address when the notification was queued."""
    query = sa.select(addresses.c.staff, addresses.c.mail).where(
        _wants(sa.literal(organisation), sa.literal(role), sa.literal(queued_at))
    )
    return [Recipient(row.staff, row.mail) for row in connection.execute(query)]


def wants_mail(mails: sa.TableClause) -> sa.ColumnElement[bool]:
    """Of an address: it is one to which a row of `mails` goes."""
    return _wants(mails.c.organisation, mails.c.role, mails.c.queued_at)


def _wants(
    organisation: sa.ColumnElement[UUID],
    role: sa.ColumnElement[str],
    queued_at: sa.ColumnElement[datetime],
) -> sa.ColumnElement[bool]:
    return sa.and_(
        addresses.c.organisation == organisation,
        role == sa.any_(addresses.c.roles),
        addresses.c.mail.is_not(None),
        ~addresses.c.refused,
        addresses.c.since <= queued_at,
    )


def note_refused(connection: Connection, recipient: Recipient) -> None:
    """The mail server will never take this address: it is not tried again until it is set anew."""
    connection.execute(
        sa.update(addresses)
        .where(addresses.c.staff == recipient.staff, addresses.c.mail == recipient.mail)
        .values(refused=True)
    )


def _own(staff: Staff) -> sa.Select[tuple[object, ...]]:
    return sa.select(addresses).where(
        addresses.c.staff == staff.staff, addresses.c.organisation == staff.organisation
    )


def _put(command: SetAddress, version: int, now: datetime) -> sa.Insert:
    row = {
        "version": version,
        "roles": sorted(command.by.roles),
        "mail": command.mail,
        "since": now,
        "refused": False,
        "key": command.key,
        "request_hash": command.request_hash,
    }
    own = {"staff": command.by.staff, "organisation": command.by.organisation}
    return (
        insert(addresses)
        .values({**own, **row})
        .on_conflict_do_update(index_elements=["staff", "organisation"], set_=row)
    )
