"""A program: a writer that stops itself in the middle of its first transaction, holding the lock.

Woken again it goes on, and prints the position of its event.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from datetime import UTC, datetime
from uuid import uuid4

from shared.contracts.intake import IntakeReportEvent, ReportAccepted
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.writer import Writer
from tests.eventstore.reports import ORGANISATION, Accept, Report, call, evolve, new_report


class Freezing:
    def __init__(self) -> None:
        self.froze = False

    def decide(self, _: Accept, __: Report, ___: datetime) -> list[IntakeReportEvent]:
        if not self.froze:
            self.froze = True
            # To this very thread: another would let it run on for a moment.
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
        return [ReportAccepted(uuid4(), ORGANISATION, uuid4(), uuid4(), uuid4())]


async def write_one(url: str) -> None:
    reports = Aggregate("report", Report(), Freezing().decide, evolve)
    writer = Writer(url, "ledger", [reports], None, lambda: datetime.now(UTC))
    writer.start()
    receipt = await writer.handle(call(new_report()[0], Accept()))
    writer.stop()
    print(receipt.position)


if __name__ == "__main__":
    asyncio.run(write_one(sys.argv[1]))
