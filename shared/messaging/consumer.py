"""Takes another service's events, each once and in order, whatever the broker does with them."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from time import monotonic
from typing import Generic, TypeVar

import structlog

from shared.contracts.catalogue import CATALOGUE
from shared.eventstore.errors import Retryable, Unprocessable
from shared.eventstore.parking import BEHIND, Parked, TooManyParked
from shared.eventstore.progress import Progress
from shared.messaging.backoff import Backoff
from shared.messaging.effects import Effect
from shared.messaging.line import Judgement, Stretch, Unfit, in_line, stretches
from shared.messaging.place import Place
from shared.messaging.records import Record
from shared.messaging.spans import following
from shared.messaging.topics import BrokerAway, Bus, OffsetGone, Reader
from shared.messaging.unread import Unread, unread_of

log = structlog.get_logger()
E = TypeVar("E")

LOOK_SECONDS = 1.0
"""How often an operator's wishes are looked for: a retry, a rebuild."""

PASSED_SECONDS = 0.1
"""How often, at most, a position is written for events that nobody asked for."""


class Consumer(Generic[E]):
    """A worker. Any number of instances may run; the inbox lets one of them take each event.

    `handles`: the events that it asks for, in every version; None: all, of every type. What it did
    not ask for moves its position undecoded.
    """

    def __init__(
        self,
        name: str,
        topic: str,
        handles: Collection[type] | None,
        effect: Effect[E],
        bus: Bus,
    ) -> None:
        self.name = name
        self.topic = topic
        self._wanted = None if handles is None else kinds_of(handles)
        self._effect = effect
        self._inbox = effect.inbox(name, topic)
        self._bus = bus
        self._progress = Progress()
        self._seen = 0
        self._parked: frozenset[str] = frozenset()
        self._skipped: frozenset[int] = frozenset()
        self._look_at = 0.0
        self._reached = False
        """Did the broker answer, when it was last needed?"""
        self._unread: Unread | None = None
        self._passed = 0
        """Events at the end of what was taken that nobody asked for: the inbox learns of them with
        the next claim, or soon."""
        self._write_at = 0.0

    async def run(self) -> None:
        backoff = Backoff()
        while True:
            try:
                async with self._bus.reader(self.topic) as reader:
                    self._reached = True
                    await self._follow(reader, backoff)
            except (Retryable, OffsetGone) as reason:
                self._reached &= not isinstance(reason, BrokerAway)
                log.warning(
                    "consumer_waits", consumer=self.name, topic=self.topic, reason=repr(reason)
                )
                await backoff.wait()
            finally:
                self._unread = None

    def check_broker(self) -> None:
        """Blocks for half a second at most: not to be called on an event loop.

        Raises:
            BrokerAway: it does not answer, or was not reached yet.
        """
        if not self._reached:
            raise BrokerAway("not reached")
        if self._unread is not None:
            self._unread.count()

    def pending(self) -> int:
        """Events of the topic that have yet to take effect here, the parked ones too. Blocks: not
        to be called on an event loop.

        Raises:
            Retryable: the database or the broker is away, or was not reached yet.
        """
        if self._unread is None:
            raise BrokerAway("not reached yet")
        unread = self._unread.count()
        passed = self._passed
        position, parked = self._inbox.progress()
        return unread + max(0, self._seen - position - passed) + parked

    async def wait_for(self, position: int, seconds: float) -> bool:
        """Waits until the event at `position` has taken effect; False: not in time."""
        return await self._progress.wait_for(position, seconds)

    async def _follow(self, reader: Reader, backoff: Backoff) -> None:
        await self._look()
        place = Place(reader)
        await place.find(self._progress.position)
        async with unread_of(reader) as self._unread:
            while True:
                await self._step(reader, place)
                backoff.reset()

    async def _step(self, reader: Reader, place: Place) -> None:
        records = await reader.fetch()
        self._seen = max((record.position for record in records), default=self._seen)
        before = self._progress.position
        line = in_line(records, self._progress.position)
        try:
            taken = await self._work(line.next, self._effect.most)
        except TooManyParked:
            await self._stop_for_a_while()
            await place.find(self._progress.position)
            return
        if taken and (not records or monotonic() >= self._write_at):
            taken = await self._write_passed()
        if not taken:
            await self._progress.stand_by(self._look)
        elif monotonic() >= self._look_at:
            await self._look()
        if not taken or self._progress.position < before:
            # Others went on, or an operator wants it all again.
            await place.find(self._progress.position)
        else:
            await place.mind_holes(line.ahead, self._progress.position)

    async def _work(self, records: Sequence[Record], most: int) -> bool:
        for stretch in stretches(records, self._judge, most):
            if not await self._claim(stretch):
                return False
            await self._progress.reach(stretch.last)
        return True

    def _judge(self, record: Record) -> Judgement[E]:
        if self._wanted is not None and kind_of(record.type) not in self._wanted:
            return None
        if record.position in self._skipped:
            return None
        if record.stream in self._parked:
            return Unfit(BEHIND, behind=True)
        try:
            return self._effect.read(record.body)
        except Unprocessable as error:
            return Unfit(str(error))

    async def _claim(self, stretch: Stretch[E]) -> bool:
        if not stretch.events and stretch.unfit is None:
            self._passed += len(stretch.records)
            return True
        stretch.passed = self._passed
        claimed = await self._take(stretch)
        self._passed = 0
        return claimed

    async def _take(self, stretch: Stretch[E]) -> bool:
        if stretch.unfit is not None:
            return await self._park(stretch, stretch.records[0], stretch.unfit)
        try:
            with following(self.name, stretch.wanted):
                return await self._effect.apply(self.name, self.topic, stretch)
        except Unprocessable as error:
            if len(stretch.events) > 1:
                return await self._work(stretch.records, 1)  # to find out which
            return await self._park(stretch, stretch.wanted[0], Unfit(str(error)))

    async def _park(self, stretch: Stretch[E], record: Record, unfit: Unfit) -> bool:
        if not unfit.behind:
            log.error(
                "event_parked",
                consumer=self.name,
                topic=self.topic,
                position=record.position,
                reason=unfit.reason,
            )
        self._parked |= {record.stream}
        return await asyncio.to_thread(self._inbox.park, stretch.first, stretch.last, record, unfit)

    async def _stop_for_a_while(self) -> None:
        """Too many streams are parked: an operator must act first."""
        log.error("consumer_stopped", consumer=self.name, topic=self.topic)
        await asyncio.sleep(LOOK_SECONDS)
        await self._look()

    async def _look(self) -> None:
        """Where do we stand, and does an operator want something?"""
        await self._write_passed()
        if self._parked:
            await self._retry()
        standing = await asyncio.to_thread(self._inbox.standing)
        self._parked, self._skipped = standing.parked, standing.skipped
        await self._progress.reach(standing.position)
        self._look_at = monotonic() + LOOK_SECONDS

    async def _write_passed(self) -> bool:
        """False: another instance was first, or an operator moved the position."""
        passed, self._passed = self._passed, 0
        if not passed:
            return True
        self._write_at = monotonic() + PASSED_SECONDS
        last = self._progress.position
        return await asyncio.to_thread(self._inbox.pass_over, last - passed + 1, last)

    async def _retry(self) -> None:
        failed: set[str] = set()
        for parked in await asyncio.to_thread(self._inbox.to_retry):
            if parked.stream not in failed and not await self._again(parked):
                failed.add(parked.stream)

    async def _again(self, parked: Parked) -> bool:
        try:
            await self._effect.again(parked, self._effect.read(parked.body))
        except Unprocessable as error:
            await asyncio.to_thread(self._inbox.park_again, parked, str(error))
            return False
        return True


def kinds_of(events: Iterable[type]) -> frozenset[str]:
    return frozenset(kind_of(CATALOGUE.type_of(event)) for event in events)


def kind_of(wire: str) -> str:
    """The type without its version."""
    return wire.rpartition(".v")[0]
