"""The writer's one connection: made when it is needed, made again when it was lost."""

from collections.abc import Mapping
from contextlib import suppress
from time import monotonic

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, connection

from shared.eventstore.connections import connect

FIRST_BACKOFF, LONGEST_BACKOFF = 0.05, 1.0
"""Seconds between two tries to connect."""


class Link:
    """`settings` are PostgreSQL's, for the session, which begins with the statements `prepare`."""

    def __init__(self, url: str, name: str, settings: Mapping[str, str], prepare: str) -> None:
        self._url = url
        self._name = name
        self._settings = settings
        self._prepare = prepare
        self._connection: connection | None = None
        self._backoff = FIRST_BACKOFF
        self._not_before = 0.0

    def session(self) -> connection:
        """Raises psycopg2.Error: the database is away, was a moment ago, or has no tables yet."""
        if self._connection is not None:
            return self._connection
        if self.pause() > 0:
            raise psycopg2.OperationalError("the database was away a moment ago")
        try:
            self._connection = self._connect()
        except psycopg2.Error:
            self._not_before = monotonic() + self._backoff
            self._backoff = min(2 * self._backoff, LONGEST_BACKOFF)
            raise
        self._backoff = FIRST_BACKOFF
        return self._connection

    def _connect(self) -> connection:
        made = connect(self._url, self._name, **self._settings)
        try:
            with made.cursor() as cursor:
                cursor.execute(self._prepare)
        except psycopg2.Error:
            made.close()
            raise
        return made

    def pause(self) -> float:
        """Seconds until the next try to connect."""
        return max(0.0, self._not_before - monotonic())

    def recovered(self) -> bool:
        """Ends what is left of a failed transaction; False: the connection is lost."""
        if self._connection is None:
            return False
        try:
            if self._connection.info.transaction_status != TRANSACTION_STATUS_IDLE:
                with self._connection.cursor() as cursor:
                    cursor.execute("ROLLBACK")
        except psycopg2.Error:
            self.close()
            return False
        return not self._connection.closed

    def close(self) -> None:
        if self._connection is not None:
            with suppress(psycopg2.Error):
                self._connection.close()
            self._connection = None
