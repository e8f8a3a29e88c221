"""Who leads: the instance whose connection holds an advisory lock, as PostgreSQL tells it."""

import psutil
import psycopg2

from shared.messaging.session import ELECTION
from tests.scenarios.stack import INSTANCES, Whole
from tests.support.postgres import query

SEQUENCER = "hashtext('vcms.audit.log')"
"""The number of the lock under which the log grows."""

HOLDERS = """
    SELECT client_port FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND granted AND datname = current_database()
       AND (classid::bigint << 32 | objid::bigint) = ({number})::bigint
"""


def leading_relay(whole: Whole, service: str) -> str | None:
    """`cases-2`, or nobody for the moment."""
    return holder(whole, service, str(ELECTION))


def leading_sequencer(whole: Whole) -> str | None:
    """The one that adds to the log at this very moment."""
    return holder(whole, "audit", SEQUENCER)


def holder(whole: Whole, service: str, number: str) -> str | None:
    """Which instance of a service holds the lock in the service's database.

    `number` is an expression of SQL.
    """
    try:
        ports = {port for (port,) in query(whole.admin(service), HOLDERS.format(number=number))}
    except psycopg2.OperationalError:
        return None  # PostgreSQL is away
    instances = (f"{service}-{n}" for n in range(1, INSTANCES + 1))
    return next((name for name in instances if ports & local_ports(whole, name)), None)


def local_ports(whole: Whole, name: str) -> set[int]:
    """From which an instance has connections."""
    part = whole.found(name)
    try:
        program = psutil.Process(part.running.pid) if part else None
        return {here.laddr.port for here in program.net_connections("tcp")} if program else set()
    except psutil.NoSuchProcess:
        return set()
