"""Kills our consumer again and again while it works, and counts what took effect twice.

`python -m bench.consumer.killed BOOTSTRAP TOPIC` is the consumer that is killed; it finds its
database's address in DATABASE_URL.
"""

import asyncio
import os
import subprocess
import sys
import time

from sqlalchemy import Connection, Engine, func, insert, select

from bench.consumer.vcms import consumer_of
from bench.consumer.work import PATIENCE, SERVICES_GIVEN, Contest, row
from bench.rounds import Void
from shared.eventstore.connections import engine

KILLS = 5
LOOK_SECONDS = 0.02


def killed(contest: Contest, wanted: int) -> str:
    """A sentence for the page. Raises Void: an event took effect twice, or not at all."""
    for kill in range(1, KILLS + 1):
        run_until(contest, wanted * kill // (KILLS + 1))
    run_until(contest, wanted)
    with contest.database.connect() as connection:
        different = func.count(SERVICES_GIVEN.c.position.distinct())
        rows, events = connection.execute(select(func.count(), different)).one()
    if (rows, events) != (wanted, wanted):
        raise Void(f"after {KILLS} kills {rows} effects of {events} events, not {wanted}")
    return f"{wanted} events under {KILLS} kills (SIGKILL): {rows - events} took effect twice"


def run_until(contest: Contest, count: int) -> None:
    """Starts the consumer and kills it in the middle of its work, once so many took effect."""
    program = [sys.executable, "-m", "bench.consumer.killed", contest.bootstrap, contest.topic]
    child = subprocess.Popen(program, env={**os.environ, "DATABASE_URL": contest.database_url})
    deadline = time.monotonic() + PATIENCE
    try:
        while taken(contest.database) < count:
            if time.monotonic() > deadline or child.poll() is not None:
                raise Void("the consumer did not go on after a kill")
            time.sleep(LOOK_SECONDS)
    finally:
        child.kill()
        child.wait()


def taken(database: Engine) -> int:
    with database.connect() as connection:
        return connection.execute(select(func.count()).select_from(SERVICES_GIVEN)).scalar_one()


def main() -> None:
    _, bootstrap, topic = sys.argv
    database = engine(os.environ["DATABASE_URL"])

    def project(connection: Connection, events: object) -> None:
        assert isinstance(events, list)
        connection.execute(insert(SERVICES_GIVEN), [row(event) for event in events])

    asyncio.run(consumer_of(bootstrap, topic, database, project).run())


if __name__ == "__main__":
    main()
