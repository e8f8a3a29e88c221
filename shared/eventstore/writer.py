"""Group commit: one thread takes all commands that wait and writes them in one transaction.

Read on in `waiting` (who waits), `committing` (what becomes of a batch), `transaction` (one batch
under the lock), `batch` (what it decides), `statements` (the SQL).
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from shared.contracts.refused import Refused
from shared.eventstore.aggregate import AnyAggregate, by_kind
from shared.eventstore.calls import Call, Receipt, Run
from shared.eventstore.committing import PATIENCE, Committer
from shared.eventstore.errors import Retryable
from shared.eventstore.sealer import Sealer
from shared.eventstore.waiting import Done, WaitingRoom


class Writer:
    """Decides and writes the commands of one service. Any number may run on one database."""

    def __init__(
        self,
        database_url: str,
        service: str,
        aggregates: Sequence[AnyAggregate],
        sealer: Sealer | None,
        clock: Callable[[], datetime],
    ) -> None:
        self.database_url = database_url
        self._room = WaitingRoom()
        self._committer = Committer(database_url, service, by_kind(aggregates), sealer, clock)
        self._thread = threading.Thread(target=self._work, name=f"{service}.writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Serves those who wait, and ends. Blocks, but not for longer than `PATIENCE`."""
        self._room.close()
        self._thread.join(PATIENCE)

    async def handle(self, call: Call) -> Receipt:
        """Decides and writes; returns once the events are durable.

        Raises:
            Refused: the rules say no, or the version or the key does.
            Retryable: the database is away. The command may have been done: the same key tells.
            Unprocessable: a bug; nothing was written.
        """
        receipt = await self._ask(call)
        assert isinstance(receipt, Receipt), "a call is answered by a receipt"
        return receipt

    async def react(self, run: Run) -> Sequence[Receipt | Refused] | None:
        """Claims the run in the inbox and writes what follows from it, in one transaction.

        None: the run was claimed before. A refused command is recorded in `refused_reactions`.

        Raises:
            Retryable: nobody knows; the same run tells.
            Unprocessable: a bug; nothing of the run was written.
        """
        answers = await self._ask(run)
        assert not isinstance(answers, Receipt), "a run is answered by a sequence"
        return answers

    async def _ask(self, work: Call | Run) -> Done:
        answer = self._room.enter(work)
        loop = asyncio.get_running_loop()
        # A frozen server answers nothing at all.
        patience = loop.call_later(PATIENCE + 1, give_up, answer)
        try:
            return await answer
        finally:
            patience.cancel()

    def _work(self) -> None:
        committer, room = self._committer, self._room
        while (batch := room.take(committer.most, committer.answering)) or committer.answering:
            room.put_back(committer.serve(batch))
        committer.close()
        room.leave()


def give_up(answer: asyncio.Future[Done]) -> None:
    if not answer.done():
        answer.set_exception(Retryable("database"))
