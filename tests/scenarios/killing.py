"""Kills parts of the stack while it works, and brings each back."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

from deploy.layout import SERVICES
from tests.scenarios.leaders import leading_relay, leading_sequencer
from tests.scenarios.load import PATIENCE, Load
from tests.scenarios.stack import Whole

Choice = Callable[[], str | None]
"""Says who is to be killed now; None while nobody fits."""


@dataclass
class Killer:
    whole: Whole
    random: Random
    killed: list[str] = field(default_factory=list)
    done_by_then: list[int] = field(default_factory=list)
    """Commands, at each kill."""
    coming_back: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def plan(self, kills: int) -> list[Choice]:
        """The leading relay of each service and the log's sequencer, twice; a third of the kills
        are of the two servers; the others of instances, at random."""
        leaders: list[Choice] = [partial(leading_sequencer, self.whole)] * 2
        leaders += [partial(leading_relay, self.whole, service) for service in SERVICES]
        servers = ["postgres", "kafka"] * (kills // 6)
        instances = [name for name in self.whole.victims() if name not in servers]
        others = self.random.choices(instances, k=kills - len(leaders) - len(servers))
        planned = leaders + [partial(str, name) for name in (*servers, *others)]
        self.random.shuffle(planned)
        return planned

    async def accompany(self, load: Load, commands: int, kills: int) -> None:
        """Kills one each time that another share of the commands is done; the load slows down
        where it gets ahead of that. The last tenth is left alone, so that whoever is to be killed
        still finds work and leads."""
        share, plan = commands * 0.9 / kills, self.plan(kills)
        for number in range(kills):
            load.slow_from = int((number + 2) * share)
            await load.reaches(int((number + self.random.random()) * share))
            await self.kill_next(plan)
            self.done_by_then.append(load.done)
        load.slow_from = commands
        await asyncio.gather(*self.coming_back.values())

    async def kill_next(self, plan: list[Choice]) -> None:
        """The first of the plan who fits and is not just coming back; then it is out of the plan.

        Raises:
            TimeoutError: nobody ever fits.
        """
        async with asyncio.timeout(PATIENCE):
            while True:
                for choice in plan:
                    if await self._killed(choice):
                        plan.remove(choice)
                        return
                await asyncio.sleep(0.01)

    async def _killed(self, choice: Choice) -> bool:
        name = await asyncio.to_thread(choice)
        if name is None or not self._is_back(name):
            return False
        part = await asyncio.to_thread(self.whole.found, name)
        if part is None:
            return False
        await asyncio.to_thread(part.kill)
        self.killed.append(name)
        again = asyncio.to_thread(self.whole.bring_back, name)
        self.coming_back[name] = asyncio.create_task(again)
        return True

    def _is_back(self, name: str) -> bool:
        """Raises what went wrong when it was brought back."""
        returning = self.coming_back.get(name)
        if returning is None:
            return True
        return returning.done() and returning.result() is None
