"""Expires offers whose time has passed. Late or early makes no difference to what is decided: the
offer's own `offer_until` counts, so this only writes down what already holds."""

import asyncio
from collections.abc import Sequence
from hashlib import sha256
from uuid import NAMESPACE_URL, UUID, uuid5

from anyio.to_thread import run_sync
from sqlalchemy import Engine

from services.referrals.commands import ExpireReferral
from services.referrals.projections import count_due, offers_due
from shared.contracts.actor import System
from shared.contracts.refused import Refused
from shared.eventstore.calls import Call
from shared.eventstore.errors import Retryable
from shared.eventstore.store import connected
from shared.runtime.clock import Clock
from shared.runtime.edge import Handles
from shared.runtime.logs import log

POLL_SECONDS = 1.0
AT_ONCE = 200

EXPIRIES = uuid5(NAMESPACE_URL, "vcms:expiries")
CLOCK = System("referrals")


class OfferClock:
    """A worker. Any number of instances may run: what two of them ask is one command."""

    name = "referrals.clock"

    def __init__(self, database: Engine, writer: Handles, now: Clock) -> None:
        self._database = database
        self._writer = writer
        self._now = now

    async def run(self) -> None:
        while True:
            try:
                for referral_id in await run_sync(self._due):
                    await self._expire(referral_id)
            except Retryable as away:
                log.warning("clock_waits", worker=self.name, reason=str(away))
            await asyncio.sleep(POLL_SECONDS)

    def pending(self) -> int:
        """Offers whose time has passed and that have not expired yet."""
        with connected(self._database) as connection:
            return count_due(connection, self._now())

    def _due(self) -> Sequence[UUID]:
        with connected(self._database) as connection:
            return offers_due(connection, self._now(), AT_ONCE)

    async def _expire(self, referral_id: UUID) -> None:
        try:
            await self._writer.handle(expiry(referral_id))
        except Refused as refusal:
            # Answered in its last moment; the table will say so in a moment too.
            log.info("offer_not_expired", reason=type(refusal).__name__)


def expiry(referral_id: UUID) -> Call:
    """The one command that expires this offer, however often it is asked for."""
    command_id = uuid5(EXPIRIES, str(referral_id))
    return Call(
        stream=f"referral-{referral_id}",
        command=ExpireReferral(),
        actor=CLOCK,
        key=str(command_id),
        request_hash=sha256(command_id.bytes).digest(),
        command_id=command_id,
    )
