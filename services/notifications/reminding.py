"""Feeds the watch with other services' events, and has what is due recorded."""

from collections.abc import Callable
from typing import TypeVarTuple

from anyio.to_thread import run_sync

from services.notifications.commands import Remind
from services.notifications.deadlines import reminders
from services.notifications.set_aside import SetAside
from services.notifications.watch import Watch, is_wanted
from shared.contracts.actor import System
from shared.eventstore.calls import Call
from shared.eventstore.errors import Retryable, Unprocessable
from shared.eventstore.parking import BEHIND
from shared.messaging.backoff import Backoff
from shared.messaging.records import Record
from shared.runtime.clock import Clock
from shared.runtime.edge import Handles
from shared.runtime.logs import log

Ts = TypeVarTuple("Ts")


class Reminding:
    def __init__(self, watch: Watch, set_aside: SetAside, writer: Handles, now: Clock) -> None:
        self._watch = watch
        self._set_aside = set_aside
        self._writer = writer
        self._now = now

    async def follow(self, topic: str, record: Record) -> None:
        """Takes the event in; what cannot be read is set aside, with all later ones of its stream.

        Raises:
            TooManyParked: it is hardly the events that are broken.
        """
        if not self._watch.is_next(topic, record) or not is_wanted(record):
            return
        if self._set_aside.was_skipped(topic, record):
            return
        if record.stream in self._set_aside.streams:
            await self._put_aside(topic, record, BEHIND)
            return
        try:
            self._watch.take(record.body)
        except Unprocessable as error:
            await self._put_aside(topic, record, str(error))
        else:
            await persistently(self._set_aside.was_read, topic, record)

    def is_due(self) -> bool:
        return bool(self._watch.due(self._now()))

    async def wants_anew(self) -> bool:
        """What was set aside is to be tried again. Raises Retryable."""
        return await run_sync(self._set_aside.wants_anew)

    async def remind(self) -> None:
        """Raises Retryable: what is still due stays so."""
        now = self._now()
        for waiting in self._watch.due(now):
            for command in reminders(waiting, now):
                await self._writer.handle(reminder_call(command))
            self._watch.reminded(waiting, now)

    async def _put_aside(self, topic: str, record: Record, reason: str) -> None:
        log.error("event_parked", topic=topic, position=record.position, reason=reason)
        await persistently(self._set_aside.put, topic, record, reason)


async def persistently(do: Callable[[*Ts], None], *arguments: *Ts) -> None:
    """Until the database is there."""
    backoff = Backoff()
    while True:
        try:
            return await run_sync(do, *arguments)
        except Retryable:
            await backoff.wait()


def reminder_call(command: Remind) -> Call:
    """The one command that records this reminder, whoever asks for it and how often."""
    return Call(
        stream=f"reminder-{command.reminder_id}",
        command=command,
        actor=System("notifications"),
        key=str(command.reminder_id),
        request_hash=command.reminder_id.bytes,
        command_id=command.reminder_id,
    )
