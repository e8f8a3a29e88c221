"""When what follows from each referral was committed, as PostgreSQL remembers it: nobody watches
while the load runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg2

from deploy.local.postgres import Postgres

Seconds = float
"""Since 1970."""

COMMITTED = "extract(epoch FROM pg_xact_commit_timestamp({}.xmin))::float8"

# The receiver is not told which case it is; the sender is.
VISIBLE = f"""
    SELECT referral_id::text, sent.case_id::text, {COMMITTED.format("received")}
      FROM referrals_of_organisation AS sent
      JOIN referrals_of_organisation AS received USING (referral_id)
     WHERE sent.case_id = ANY(%s::uuid[]) AND sent.box = 'outgoing' AND received.box = 'incoming'
"""
OFFERED = """
    SELECT substr(stream, length('referral-') + 1), position FROM events
     WHERE type LIKE '%%.referral_offered.v%%' AND stream = ANY(%s)
"""
NOTIFIED = f"""
    SELECT convert_from(body, 'UTF8')::json -> 'data' ->> 'about', {COMMITTED.format("events")}
      FROM events WHERE type LIKE 'vcms.notifications.notification_queued.v%'
"""
SEQUENCED = f"""
    SELECT position, {COMMITTED.format("leaves")} FROM leaves
     WHERE service = 'referrals' AND position = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Moments:
    visible: Seconds
    notified: Seconds
    sequenced: Seconds

    @property
    def last(self) -> Seconds:
        return max(self.visible, self.notified, self.sequenced)


@dataclass(frozen=True)
class Following:
    """Looks into the three databases, once it is over."""

    postgres: Postgres

    def of_cases(self, cases: Sequence[UUID]) -> Mapping[UUID, Moments]:
        """By case; those without all three moments are absent."""
        shown = self._rows("referrals", VISIBLE, list(map(str, cases)))
        streams = [f"referral-{referral}" for referral, _, _ in shown]
        positions = dict(self._rows("referrals", OFFERED, streams))
        notified = dict(self._rows("notifications", NOTIFIED))
        sequenced = dict(self._rows("audit", SEQUENCED, list(positions.values())))
        return {
            UUID(case): Moments(visible, notified[referral], sequenced[positions[referral]])
            for referral, case, visible in shown
            if referral in notified and positions.get(referral) in sequenced
        }

    def _rows(self, database: str, query: str, *values: object) -> list[tuple[Any, ...]]:
        made = psycopg2.connect(self.postgres.url(database))
        try:
            with made, made.cursor() as cursor:
                cursor.execute(query, values or None)
                return cursor.fetchall()
        finally:
            made.close()
