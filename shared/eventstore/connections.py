"""Connections to a service's database from one spelling of its address: `postgresql://…`."""

from collections.abc import Mapping
from select import POLLIN, POLLOUT, poll
from time import monotonic

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ, connection, cursor
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

CONNECTING_LASTS = 2
"""Seconds, at most."""

CONNECTING = {
    "connect_timeout": str(CONNECTING_LASTS),
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
) -> Engine:
    """SQLAlchemy over psycopg2; a connection that died while idle is replaced unnoticed.

    A transaction is ended after `longest_transaction`, so that a frozen instance keeps no row from
    the others; "0" is for ever. Connections beyond `pool_size` are closed after use: to make one
    takes longer than most of what is done with it.
    """
    made = create_engine(
        _address(url, "postgresql+psycopg2"),
        connect_args={"options": _options(transaction_timeout=longest_transaction)},
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
    made = psycopg2.connect(_address_of(url), application_name=name, options=_options(**settings))
    made.autocommit = True
    return made


class Sending(cursor):
    """A cursor of a connection that does not block: `ask` waits for the answer, `send` does not."""

    def ask(self, query: str, values: Mapping[str, object] | None = None) -> None:
        """Raises psycopg2.Error."""
        self.execute(query, values)
        arrived(self.connection)

    def send(self, query: bytes) -> None:
        """`arrived` waits for the answer. Raises psycopg2.Error."""
        self.execute(query)

    def is_answered(self) -> bool:
        """`arrived` would find something."""
        ready = poll()
        ready.register(self.connection.fileno(), POLLIN)
        return bool(ready.poll(0))


def connect_to_send(url: str, name: str, **settings: str) -> Sending:
    """As `connect`, for who has other work while the server does what it was sent.

    Raises:
        psycopg2.OperationalError: the database is away.
    """
    made = psycopg2.connect(
        _address_of(url), application_name=name, options=_options(**settings), async_=True
    )
    try:
        arrived(made, CONNECTING_LASTS)
    except psycopg2.Error:
        made.close()
        raise
    return made.cursor(cursor_factory=Sending)


def arrived(connection: connection, patience: float | None = None) -> None:
    """Waits for the answer to what was sent; `patience` in seconds.

    Raises:
        psycopg2.Error: what the answer is.
    """
    ready = poll()
    while (state := connection.poll()) != POLL_OK:
        ready.register(connection.fileno(), POLLIN if state == POLL_READ else POLLOUT)
        if not ready.poll(None if patience is None else 1000 * patience):
            raise psycopg2.OperationalError("the database does not answer")


def _address_of(url: str) -> str:
    return _address(url, "postgresql").render_as_string(hide_password=False)


def _options(**settings: str) -> str:
    return " ".join(f"-c {setting}={value}" for setting, value in settings.items())


def _address(url: str, driver: str) -> URL:
    return make_url(url).set(drivername=driver).update_query_dict(CONNECTING)
