"""Workers are watched: a crash is no end, and the end comes soon."""

import asyncio
from dataclasses import dataclass, field

import pytest

from shared.runtime.workers import Crew, supervise
from tests.runtime.followers import Reader
from tests.runtime.issuer import Issuer
from tests.runtime.register import CANARY, build, calling


@dataclass
class Failing:
    """Crashes at its first starts, returns at the next, then works."""

    name: str = "failing"
    crashes: int = 2
    starts: int = 0
    works: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False

    async def run(self) -> None:
        self.starts += 1
        if self.starts == self.crashes:
            raise asyncio.CancelledError  # of a task that it awaited, and not its own
        if self.starts < self.crashes:
            raise RuntimeError(CANARY)
        if self.starts == self.crashes + 1:
            return
        self.works.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended = True

    def pending(self) -> int:
        return 0


class Stubborn(Reader):
    async def run(self) -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if self.head:
                    raise


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.runtime.workers.FIRST_PAUSE", 0.001)
    monkeypatch.setattr("shared.runtime.workers.GRACE", 0.05)


async def test_a_worker_that_crashes_or_returns_is_started_again() -> None:
    worker = Failing()
    crew = Crew([worker])
    async with asyncio.timeout(5):
        await worker.works.wait()
    assert worker.starts == 4
    await crew.stop()
    assert worker.ended


async def test_the_pause_between_starts_grows_to_its_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []

    async def remember(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 20:
            raise asyncio.CancelledError

    monkeypatch.setattr("shared.runtime.workers.asyncio.sleep", remember)
    with pytest.raises(asyncio.CancelledError):
        await supervise(Failing(crashes=99))
    assert pauses[:3] == [0.001, 0.002, 0.004]
    assert pauses[-1] == 10


async def test_a_worker_that_does_not_end_is_given_up() -> None:
    worker = Stubborn("stubborn")
    crew = Crew([worker])
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await crew.stop()
    worker.head = 1  # now it may end
    for task in crew._tasks:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@dataclass
class Part:
    log: list[str]
    name: str

    def start(self) -> None:
        self.log.append(f"{self.name} starts")

    def stop(self) -> None:
        self.log.append(f"{self.name} stops")


class Broken(Part):
    def start(self) -> None:
        raise RuntimeError(CANARY)


async def test_parts_stop_in_reverse_order() -> None:
    log: list[str] = []
    app = build(Issuer(), starts=[Part(log, "first"), Part(log, "second")])
    async with calling(app):
        assert log == ["first starts", "second starts"]
    assert log[2:] == ["second stops", "first stops"]


async def test_what_has_started_is_stopped_when_a_later_part_does_not_start() -> None:
    log: list[str] = []
    app = build(Issuer(), starts=[Part(log, "first"), Broken(log, "second")])
    with pytest.raises(RuntimeError):
        async with calling(app):
            pass
    assert log == ["first starts", "first stops"]
