"""Connections to a service's database from one spelling of its address: `postgresql://…`."""

import psycopg2
from psycopg2.extensions import connection
from sqlalchemy import Engine, create_engine, make_url

CONNECT_SECONDS = 2


def engine(url: str, *, pool_size: int = 5) -> Engine:
    """SQLAlchemy over psycopg2; a connection that died while idle is replaced unnoticed."""
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg2"),
        pool_size=pool_size,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_SECONDS},
        hide_parameters=True,  # errors and logs never carry values
    )


def connect(url: str, name: str, **settings: str) -> connection:
    """psycopg2 itself, in autocommit: transactions are spelled out. `settings` are PostgreSQL's.

    Raises:
        psycopg2.OperationalError: the database is away.
    """
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    options = " ".join(f"-c {setting}={value}" for setting, value in settings.items())
    made = psycopg2.connect(
        address, connect_timeout=CONNECT_SECONDS, application_name=name, options=options
    )
    made.autocommit = True
    return made
