"""A trace goes on from the event to what follows from it."""

from __future__ import annotations

from collections.abc import Sequence

from opentelemetry.trace import get_current_span

from shared.contracts.cases import CaseReassigned
from shared.eventstore.recorded import Recorded
from shared.messaging.consumer import Consumer
from shared.messaging.memory_inbox import MemoryEffect
from shared.messaging.records import headers_of, record_of
from tests.messaging.contract import NAME
from tests.messaging.lines import TRACE, asked
from tests.messaging.topic_lines import MemoryLine
from tests.messaging.waiting import eventually, running

TRACE_ID = int(TRACE.split("-")[1], 16)


async def test_an_effect_stands_in_the_trace_of_its_event() -> None:
    seen: list[int] = []

    def take(_: Sequence[Recorded]) -> None:
        seen.append(get_current_span().get_span_context().trace_id)

    line = MemoryLine()
    await line.send(asked(1))
    consumer = Consumer(NAME, line.topic, (CaseReassigned,), MemoryEffect(take), line.bus)
    async with running(consumer):
        await eventually(lambda: bool(seen))
    assert seen == [TRACE_ID]


def test_a_record_keeps_everything_on_its_way() -> None:
    sent = asked(7)
    assert record_of(headers_of(sent), sent.stream.encode(), sent.body, offset=3) == sent._replace(
        offset=3
    )
