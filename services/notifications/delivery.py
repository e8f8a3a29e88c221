"""Sends the mail that waits: at least once, and never the same by two instances at a time."""

import asyncio
from datetime import timedelta
from hashlib import sha256
from uuid import NAMESPACE_URL, UUID, uuid5

from anyio.to_thread import run_sync
from sqlalchemy import Connection, Engine, RowMapping
from sqlalchemy.exc import DBAPIError

from services.notifications.addresses import Recipient, note_refused, recipients
from services.notifications.channels.mail import AddressRefused, MailBox, MailPutOff, message_id
from services.notifications.commands import RecordDelivery
from services.notifications.projections import (
    count_mails,
    drop_mail,
    drop_unwanted_mails,
    postpone_mail,
    take_mail,
)
from shared.contracts.actor import System
from shared.contracts.notifications import DeliveryChannel
from shared.eventstore.calls import Call
from shared.eventstore.errors import Retryable
from shared.eventstore.reading import is_away
from shared.eventstore.store import connected
from shared.runtime.clock import Clock
from shared.runtime.edge import Handles
from shared.runtime.logs import log

POLL_SECONDS = 1.0
PUT_OFF = timedelta(minutes=1)

DELIVERIES = uuid5(NAMESPACE_URL, "vcms:deliveries")


class MailDelivery:
    """A worker. Whoever holds a mail's row sends it and records that the server has taken it; then
    the row goes. Any number of instances share the rows."""

    name = "notifications.mail"

    def __init__(self, database: Engine, writer: Handles, mail_box: MailBox, now: Clock) -> None:
        self._database = database
        self._writer = writer
        self._mail_box = mail_box
        self._now = now

    async def run(self) -> None:
        while True:
            try:
                await run_sync(self._drop_unwanted)
                while await self.deliver_one():
                    pass
            except Retryable as away:
                log.warning("mail_waits", worker=self.name, reason=str(away))
            except DBAPIError as error:
                if not is_away(error):
                    raise
                log.warning("mail_waits", worker=self.name, reason="database")
            await asyncio.sleep(POLL_SECONDS)

    def pending(self) -> int:
        with connected(self._database) as connection:
            return count_mails(connection)

    def _drop_unwanted(self) -> None:
        """All at once: most organisations look into their list, and want no mail."""
        with connected(self._database) as connection:
            drop_unwanted_mails(connection, self._now())

    async def deliver_one(self) -> bool:
        """False: no mail waits, or others hold it."""
        connection = await run_sync(self._database.connect)
        try:
            mail = await run_sync(take_mail, connection, self._now())
            if mail is None:
                return False
            await self._deliver(connection, mail)
            await run_sync(connection.commit)
            return True
        finally:
            await run_sync(connection.close)

    async def _deliver(self, connection: Connection, mail: RowMapping) -> None:
        notification_id: UUID = mail["notification_id"]
        to = await run_sync(
            recipients, connection, mail["organisation"], mail["role"], mail["queued_at"]
        )
        try:
            taken = [await self._send(connection, mail, recipient) for recipient in to]
        except MailPutOff:
            until = self._now() + PUT_OFF
            await run_sync(postpone_mail, connection, notification_id, until)
            return
        if any(taken):
            await self._writer.handle(delivered(notification_id))
        await run_sync(drop_mail, connection, notification_id)

    async def _send(self, connection: Connection, mail: RowMapping, to: Recipient) -> bool:
        try:
            same_each_time = message_id(mail["notification_id"], to.staff)
            await self._mail_box.send(to.mail, mail["about"], same_each_time)
        except AddressRefused:
            log.warning("address_refused", worker=self.name, staff=str(to.staff))
            await run_sync(note_refused, connection, to)
            return False
        return True


def delivered(notification_id: UUID) -> Call:
    """The one command that records the delivery, however often the mail was sent."""
    command_id = uuid5(DELIVERIES, str(notification_id))
    return Call(
        stream=f"notification-{notification_id}",
        command=RecordDelivery(DeliveryChannel.MAIL),
        actor=System("notifications"),
        key=str(command_id),
        request_hash=sha256(command_id.bytes).digest(),
        command_id=command_id,
    )
