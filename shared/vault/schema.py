"""Brings the keys database to its newest shape."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import NullPool, create_engine, make_url


def migrate_keys(migrator_url: str) -> None:
    """Runs the revisions that are missing. The role `keys_sealer` must exist; it is granted INSERT
    and SELECT alone."""
    engine = create_engine(
        make_url(migrator_url).set(drivername="postgresql+psycopg2"), poolclass=NullPool
    )
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
