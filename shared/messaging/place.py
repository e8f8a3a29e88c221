"""Where in its topic a consumer reads on. Positions decide; Kafka's offsets are a bookmark."""

import structlog

from shared.messaging.backoff import Backoff
from shared.messaging.topics import Reader

log = structlog.get_logger()


class Place:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._ahead = 0
        self._hole_until = 0
        self._backoff = Backoff()

    async def find(self, position: int) -> None:
        """Goes to where the event of `position` itself may stand, or to somewhere before it: what
        is read there shows whether the place is right."""
        begin, end = await self._reader.extent()
        # Without repeats in the topic it stands exactly here; with repeats it stands later.
        offset = begin + max(0, position - 1)
        self._reader.seek(offset if offset < end else begin)

    async def mind_holes(self, ahead: int, position: int) -> None:
        """Never skips: when events stood beyond a hole, the topic is read to its end for what is
        missing, and then from its beginning, until it turns up.

        `ahead`: the highest position that was just seen beyond a hole, or 0.
        """
        if ahead and not self._ahead:
            self._hole_until = (await self._reader.extent()).end
            log.warning("hole_in_topic", after=position, seen=ahead)
        self._ahead = max(self._ahead, ahead)
        if self._ahead <= position:
            self._ahead = 0
            self._backoff.reset()
        elif self._reader.next_offset() >= self._hole_until:
            await self._backoff.wait()
            begin, self._hole_until = await self._reader.extent()
            self._reader.seek(begin)
