"""Watches what waits, with faust, and has reminders recorded when they are due. What to remind of
is decided in `deadlines`; here is what keeps that fed, and the one place that imports faust.

Each instance watches on its own: it joins a consumer group that nobody else joins or comes back
to, and reads the topics from their beginning. So it knows what waits without trusting an offset
that was committed or a table that was recovered. What two instances ask for is one command.
"""

import asyncio
from collections.abc import Mapping
from tempfile import TemporaryDirectory

import faust
from anyio.to_thread import run_sync
from faust.transport.drivers import aiokafka as kafka
from faust.types import TP, EventT, StreamT, TopicT
from mode.threads import ServiceThread, WorkerThread
from sqlalchemy import Engine

from services.notifications.deadlines import Waits
from services.notifications.reminding import Reminding
from services.notifications.set_aside import SetAside
from services.notifications.watch import Watch
from shared.eventstore.errors import Retryable
from shared.messaging.records import record_of
from shared.runtime.clock import Clock
from shared.runtime.edge import Handles
from shared.runtime.ids import new_id
from shared.runtime.logs import log

NAME = "notifications.timers"
SOURCES = ("referrals", "cases")
TICKS = "notifications-ticks"
WAITING = "notifications-waiting"
"""The table's changelog, which faust asks for; see `Unlogged`."""

LOOK_SECONDS = 1.0
STOP_SECONDS = 3.0
STUCK_SECONDS = 15.0

PARTITIONS = tuple(TP(topic, 0) for topic in SOURCES)


class Timers:
    """A worker. It begins anew, from the topics' beginning, whenever its group was disturbed or an
    operator wants a parked event tried again."""

    name = NAME

    def __init__(
        self, bootstrap: str, database: Engine, writer: Handles, waits: Waits, now: Clock
    ) -> None:
        self._bootstrap = bootstrap
        self._set_aside = SetAside(database, NAME, SOURCES)
        self._writer = writer
        self._waits = waits
        self._now = now
        self._session: Session | None = None

    async def run(self) -> None:
        await run_sync(self._set_aside.begin_anew)
        with TemporaryDirectory(prefix="vcms-timers-") as folder:
            app = new_app(self._bootstrap, folder)
            session = Session(app, self._set_aside, self._writer, self._waits, self._now)
            self._session = session
            try:
                await session.until_over()
            finally:
                self._session = None

    def pending(self) -> int:
        """Events that were not watched yet, and those that are parked. Blocks."""
        if self._session is None:
            raise Retryable("broker")
        return self._session.unread() + self._set_aside.count()


def new_app(bootstrap: str, folder: str) -> faust.App:
    app = faust.App(
        f"notifications-timers-{new_id()}",
        broker=[f"kafka://{broker}" for broker in bootstrap.split(",")],
        datadir=folder,
        store="memory://",
        web_enabled=False,
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=False,
        table_standby_replicas=0,
        topic_disable_leader=True,
        topic_partitions=1,
        Table=Unlogged,
    )
    app.transport = Transport(app.conf.broker_consumer, app)
    return app


class Unlogged(faust.Table[str, str]):
    """A table that leaves its changelog empty. It is filled from the topics at each start; faust,
    when it recovers a table from a changelog, lets go of records that it has fetched."""

    def on_key_set(self, key: str, value: str) -> None: ...

    def on_key_del(self, key: str) -> None: ...


class Session:
    """One faust app, from its start until it is disturbed."""

    def __init__(
        self, app: faust.App, set_aside: SetAside, writer: Handles, waits: Waits, now: Clock
    ) -> None:
        table = app.Table("waiting", partitions=1, changelog_topic=changelog(app))
        self._app = app
        self._reminding = Reminding(Watch(table, waits), set_aside, writer, now)
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._taken = self._taken_before = 0
        self._ticks_unanswered = 0
        self._begins: Mapping[TP, int] = {}
        self._next: dict[TP, int] = {}
        self._ticks = raw(app, TICKS)
        # One agent for all topics, so that its events come one at a time.
        app.agent(raw(app, *SOURCES, TICKS), concurrency=1, name="watch")(self._agent)
        app.timer(LOOK_SECONDS, name="look")(self._look)
        app.on_partitions_assigned.connect(self._assigned)
        self._assignments = 0

    async def until_over(self) -> None:
        try:
            await self._app.start()
            await self._wait()
        finally:
            await stop(self._app)
        if self._over.done():
            self._over.result()

    async def _wait(self) -> None:
        stopped = asyncio.ensure_future(self._app.wait_until_stopped())
        over: set[asyncio.Future[None]] = set()
        while not over:
            over, _ = await asyncio.wait(
                [self._over, stopped], timeout=STUCK_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if not over and self._is_stuck():
                log.warning("timers_begin_anew", worker=NAME)
                break
        stopped.cancel()

    def _is_stuck(self) -> bool:
        """Faust was seen to join its group, be assigned its partitions, and deliver nothing."""
        before, self._taken_before = self._taken_before, self._taken
        silent = self._ticks_unanswered * LOOK_SECONDS >= STUCK_SECONDS / 2
        return silent or (self._taken == before and not self._caught_up())

    def unread(self) -> int:
        """Records of the sources, as far as the broker has told, that were not taken yet.

        Raises:
            Retryable: it has not told yet.
        """
        if not self._begins:
            raise Retryable("broker")
        highwaters = [self._app.consumer.highwater(tp) for tp in PARTITIONS]
        if any(end is None for end in highwaters):
            raise Retryable("broker")
        return sum(
            end - max(self._begins[tp], self._next.get(tp, 0))
            for tp, end in zip(PARTITIONS, highwaters, strict=True)
        )

    async def _agent(self, stream: StreamT[bytes]) -> None:
        async for event in stream.events():
            try:
                await self._take(event)
            except Exception as failure:
                # Faust would go on with the next event as if this one had been taken.
                self._end(failure)
                return

    async def _take(self, event: EventT[bytes]) -> None:
        message = event.message
        if message.topic == TICKS:
            self._ticks_unanswered = 0
            await self._remind()
            return
        self._taken += 1
        headers = list(dict(message.headers or {}).items())
        record = record_of(headers, message.key, message.value, message.offset)
        if record is not None:
            await self._reminding.follow(message.topic, record)
        self._next[message.tp] = message.offset + 1

    async def _remind(self) -> None:
        if not self._caught_up():
            return  # the end of a wait may stand in what is unread; the timer ticks again
        try:
            await self._reminding.remind()
        except Retryable as away:
            log.warning("reminders_wait", worker=NAME, reason=str(away))

    def _caught_up(self) -> bool:
        try:
            return self.unread() == 0
        except Retryable:
            return False

    async def _look(self) -> None:
        """The timer. What changes the table is an event, so a look changes nothing."""
        try:
            self._begins = self._begins or await self._app.consumer.earliest_offsets(*PARTITIONS)
            if await self._reminding.wants_anew():
                self._end(None)
            elif self._reminding.is_due():
                await self._ticks.send(key=NAME.encode(), value=b"")
                self._ticks_unanswered += 1
        except Retryable as away:
            log.warning("reminders_wait", worker=NAME, reason=str(away))
        except Exception as failure:
            self._end(failure)

    async def _assigned(self, *_: object, **__: object) -> None:
        self._assignments += 1
        if self._assignments > 1:
            self._end(None)

    def _end(self, failure: Exception | None) -> None:
        if self._over.done():
            return
        if failure is None:
            self._over.set_result(None)
        else:
            self._over.set_exception(failure)


class DaemonThread(WorkerThread):
    """Faust's thread for its consumer waits for a broker that is away, however long that takes;
    the process does not wait for the thread."""

    def __init__(self, service: ServiceThread) -> None:
        super().__init__(service)
        self.daemon = True


class ConsumerThread(kafka.AIOKafkaConsumerThread):
    Worker = DaemonThread
    shutdown_timeout = STOP_SECONDS

    def on_crash(self, msg: str, *fmt: object, **kwargs: object) -> None:
        """Faust would print the error with its text; the log names its class and place."""
        log.warning("timers_thread_ends", worker=NAME, exc_info=True)


class Consumer(kafka.Consumer):
    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)


class Transport(kafka.Transport):
    Consumer = Consumer


async def stop(app: faust.App) -> None:
    """Without its broker faust would not stop; a group that nobody comes back to needs no
    leave-taking."""
    stopping = asyncio.ensure_future(app.stop())
    await asyncio.wait([stopping], timeout=STOP_SECONDS)
    if not stopping.done():
        log.warning("timers_left_behind", worker=NAME)


def raw(app: faust.App, *topics: str) -> TopicT:
    """Topics whose keys and values are bytes."""
    return app.topic(
        *topics,
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        partitions=1,
    )


def changelog(app: faust.App) -> TopicT:
    """As faust makes it for a table, but with a name that does not change with the group's."""
    return app.topic(
        WAITING,
        key_serializer="json",
        value_serializer="json",
        partitions=1,
        compacting=True,
        acks=False,
        internal=True,
        allow_empty=True,
    )
