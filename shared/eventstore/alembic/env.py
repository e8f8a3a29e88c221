"""Alembic's environment for every service; `migrations.migrate` hands it the connection."""

from alembic import context
from sqlalchemy import text

connection = context.config.attributes["connection"]
connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('vcms.migrate'))"))
context.configure(connection=connection, service=context.config.attributes["service"])
context.run_migrations()
