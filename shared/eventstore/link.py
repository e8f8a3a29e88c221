"""The writer's one connection: made when it is needed, made again when it was lost."""

from collections.abc import Mapping
from contextlib import suppress
from time import monotonic

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from shared.eventstore.connections import Sending, connect_to_send

FIRST_BACKOFF, LONGEST_BACKOFF = 0.05, 1.0
"""Seconds between two tries to connect."""


class Link:
    """`settings` are PostgreSQL's, for the session, which begins with the statements `prepare`."""

    def __init__(self, url: str, name: str, settings: Mapping[str, str], prepare: str) -> None:
        self._url = url
        self._name = name
        self._settings = settings
        self._prepare = prepare
        self._session: Sending | None = None
        self._backoff = FIRST_BACKOFF
        self._not_before = 0.0

    def session(self) -> Sending:
        """Raises psycopg2.Error: the database is away, was a moment ago, or has no tables yet."""
        if self._session is not None:
            return self._session
        if self.pause() > 0:
            raise psycopg2.OperationalError("the database was away a moment ago")
        try:
            self._session = self._connect()
        except psycopg2.Error:
            self._not_before = monotonic() + self._backoff
            self._backoff = min(2 * self._backoff, LONGEST_BACKOFF)
            raise
        self._backoff = FIRST_BACKOFF
        return self._session

    def _connect(self) -> Sending:
        made = connect_to_send(self._url, self._name, **self._settings)
        try:
            made.ask(self._prepare)
        except psycopg2.Error:
            made.connection.close()
            raise
        return made

    def pause(self) -> float:
        """Seconds until the next try to connect."""
        return max(0.0, self._not_before - monotonic())

    def recovered(self) -> bool:
        """Ends what is left of a failed transaction; False: the connection is lost."""
        if self._session is None:
            return False
        try:
            if self._session.connection.info.transaction_status != TRANSACTION_STATUS_IDLE:
                self._session.ask("ROLLBACK")
        except psycopg2.Error:
            self.close()
            return False
        return not self._session.connection.closed

    def close(self) -> None:
        if self._session is not None:
            with suppress(psycopg2.Error):
                self._session.connection.close()
            self._session = None
