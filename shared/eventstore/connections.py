"""Connections to a service's database from one spelling of its address: `postgresql://…`."""

from time import monotonic

import psycopg2
from psycopg2.extensions import connection
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

CONNECTING = {
    "connect_timeout": "2",
    # A server that has vanished is noticed within seconds, not after the kernel's hours.
    "keepalives_idle": "5",
    "keepalives_interval": "1",
    "keepalives_count": "3",
    "tcp_user_timeout": "5000",
}
"""libpq's: seconds, but the last is milliseconds."""


MOST_CONNECTIONS = 15
"""Of one engine."""

IDLE_SECONDS = 1.0
"""A connection that was not used for so long is asked whether it lives, before it is used again."""


def engine(
    url: str,
    *,
    pool_size: int = MOST_CONNECTIONS,
    longest_transaction: str = "30s",
    **settings: str,
) -> Engine:
    """SQLAlchemy over psycopg2; a connection that died while idle is replaced unnoticed.

    A transaction is ended after `longest_transaction`, so that a frozen instance keeps no row from
    the others; "0" is for ever. `settings` are PostgreSQL's. Connections beyond `pool_size` are
    closed after use: to make one takes longer than most of what is done with it.
    """
    made = create_engine(
        _address(url, "postgresql+psycopg2"),
        connect_args={"options": _options(transaction_timeout=longest_transaction, **settings)},
        pool_size=pool_size,
        max_overflow=max(0, MOST_CONNECTIONS - pool_size),
        executemany_mode="values_plus_batch",  # many rows are one message, not one each
        hide_parameters=True,  # errors and logs never carry values
    )
    event.listen(made, "checkin", _remember)
    event.listen(made, "checkout", _check)
    return made


def _remember(_: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
    entry.info["used_at"] = monotonic()


def _check(made: DBAPIConnection, entry: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
    """Raises InvalidatePoolError, whereupon the pool makes others: it died while idle."""
    if monotonic() < entry.info.get("used_at", monotonic()) + IDLE_SECONDS:
        return
    try:
        made.cursor().execute("SELECT")
        made.rollback()
    except psycopg2.Error:
        raise InvalidatePoolError from None


def connect(url: str, name: str, **settings: str) -> connection:
    """psycopg2 itself, in autocommit: transactions are spelled out. `settings` are PostgreSQL's.

    Raises:
        psycopg2.OperationalError: the database is away.
    """
    address = _address(url, "postgresql").render_as_string(hide_password=False)
    made = psycopg2.connect(address, application_name=name, options=_options(**settings))
    made.autocommit = True
    return made


def _options(**settings: str) -> str:
    return " ".join(f"-c {setting}={value}" for setting, value in settings.items())


def _address(url: str, driver: str) -> URL:
    return make_url(url).set(drivername=driver).update_query_dict(CONNECTING)
