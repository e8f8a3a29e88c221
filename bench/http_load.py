"""Load over HTTP/1.1 for little CPU: closed loop for rates, open loop for latencies.

One request costs about 15 µs in a closed loop, as the load shares the machine with the server.
Nothing is retried and nothing is skipped: a connection that breaks ends the run."""

import asyncio
import math
import multiprocessing
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from time import perf_counter
from typing import NamedTuple

import httptools
import uvloop

PATIENCE = 30.0
"""Seconds without the end of a run, after the last request was due, before it counts as stuck."""

TIMER = 0.001
"""Seconds: the event loop wakes at whole milliseconds. What is sent later than its schedule has
that wait in its latency."""


class Request(NamedTuple):
    """`headers` need neither Host nor Content-Length; an iterator of requests may be endless."""

    method: bytes
    path: bytes
    headers: Sequence[tuple[bytes, bytes]] = ()
    body: bytes = b""

    def wire(self, host: bytes) -> bytes:
        """As it goes over the connection."""
        lines = b"".join(b"%b: %b\r\n" % header for header in self.headers)
        return b"%b %b HTTP/1.1\r\nHost: %b\r\n%bContent-Length: %d\r\n\r\n%b" % (
            *(self.method, self.path, host, lines, len(self.body), self.body),
        )


@dataclass(slots=True)
class Load:
    """What came back. `latencies`: milliseconds, in the order of the answers."""

    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    began: float = 0.0
    """When the first was due, by `perf_counter`, which all programs of the machine share."""
    seconds: float = 0.0
    """From the first request to the last answer."""

    @property
    def rate(self) -> float:
        """Answers a second, whatever their status."""
        return len(self.latencies) / self.seconds


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int

    @property
    def named(self) -> bytes:
        return f"{self.host}:{self.port}".encode()


class Connection(asyncio.Protocol):
    """Carries one request at a time; `since` is when the latency of that one began to count."""

    def __init__(
        self, answered: Callable[["Connection", int], None], broken: Callable[[], None]
    ) -> None:
        self._answered = answered
        self._broken = broken
        self._parser = httptools.HttpResponseParser(self)
        self.transport = asyncio.Transport()
        self.since = 0.0

    def send(self, wire: bytes, since: float) -> None:
        self.since = since
        self.transport.write(wire)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._answered(self, self._parser.get_status_code())

    def connection_lost(self, exc: Exception | None) -> None:
        self._broken()


class Run(ABC):
    """What the two loops share: connections, the count of answers, and how it ends."""

    def __init__(self, wires: Iterator[bytes]) -> None:
        self.wires = wires
        self.load = Load()
        self.began = 0.0
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def play(self, address: Address, connections: int, longest: float) -> Load:
        """Raises: ConnectionResetError: a connection broke. TimeoutError: an answer never came."""
        made = [await self._connected(address) for _ in range(connections)]
        self.began = self.load.began = perf_counter()
        self.begin(made)
        try:
            async with asyncio.timeout(longest):
                await self._over
        finally:
            for connection in made:
                connection.transport.close()
        return self.load

    async def _connected(self, address: Address) -> Connection:
        connection = Connection(self.answered, self._broken)
        connection.transport, _ = await asyncio.get_running_loop().create_connection(
            lambda: connection, address.host, address.port
        )
        return connection

    @abstractmethod
    def begin(self, connections: Sequence[Connection]) -> None:
        """Send the first requests."""

    def answered(self, connection: Connection, status: int) -> None:
        now = perf_counter()
        self.load.statuses[status] += 1
        self.load.latencies.append((now - connection.since) * 1000)
        self.load.seconds = now - self.began

    def end(self) -> None:
        if not self._over.done():
            self._over.set_result(None)

    def _broken(self) -> None:
        if not self._over.done():
            self._over.set_exception(ConnectionResetError("the server closed a connection"))


class Closed(Run):
    """Every connection sends its next request when it has its answer, for `lasts` seconds."""

    def __init__(self, wires: Iterator[bytes], lasts: float) -> None:
        super().__init__(wires)
        self._lasts = lasts
        self._busy = 0

    def begin(self, connections: Sequence[Connection]) -> None:
        self._busy = len(connections)
        for connection in connections:
            self._next(connection)

    def answered(self, connection: Connection, status: int) -> None:
        super().answered(connection, status)
        self._next(connection)

    def _next(self, connection: Connection) -> None:
        now = perf_counter()
        wire = next(self.wires, None) if now - self.began < self._lasts else None
        if wire is not None:
            connection.send(wire, now)
            return
        self._busy -= 1
        if not self._busy:
            self.end()


class Open(Run):
    """Request n is due n / rate seconds after the start, whether or not answers came; when no
    connection is free it waits in line, and its latency counts all the same."""

    def __init__(self, wires: Iterator[bytes], rate: float) -> None:
        super().__init__(wires)
        self._rate = rate
        self._due = 0
        self._all_due = False
        self._line: deque[tuple[float, bytes]] = deque()
        self._free: deque[Connection] = deque()
        self._connections = 0

    def begin(self, connections: Sequence[Connection]) -> None:
        self._free.extend(connections)
        self._connections = len(connections)
        self._schedule()

    def answered(self, connection: Connection, status: int) -> None:
        super().answered(connection, status)
        self._free.append(connection)
        self._send()

    def _schedule(self) -> None:
        """Puts in line what is due, and comes back when the next is."""
        now = perf_counter()
        while not self._all_due and self._next_at() <= now:
            self._queue()
        self._send()
        if not self._all_due:
            timers = math.ceil((self._next_at() - perf_counter()) / TIMER)
            asyncio.get_running_loop().call_later(max(1, timers) * TIMER, self._schedule)

    def _next_at(self) -> float:
        return self.began + self._due / self._rate

    def _queue(self) -> None:
        wire = next(self.wires, None)
        if wire is None:
            self._all_due = True
        else:
            self._line.append((self._next_at(), wire))
            self._due += 1

    def _send(self) -> None:
        while self._line and self._free:
            at, wire = self._line.popleft()
            self._free.popleft().send(wire, at)
        if self._all_due and len(self._free) == self._connections:
            self.end()


def closed_loop(
    address: Address, requests: Iterable[Request], connections: int, seconds: float
) -> Load:
    """As many of `requests`, which may be endless, as `connections` carry in `seconds`.

    Raises:
        ConnectionResetError: the server closed a connection.
        TimeoutError: an answer never came.
    """
    wires = (request.wire(address.named) for request in requests)

    async def play() -> Load:
        return await Closed(wires, seconds).play(address, connections, seconds + PATIENCE)

    return uvloop.run(play())


def open_loop(address: Address, requests: Sequence[Request], connections: int, rate: float) -> Load:
    """All `requests`, `rate` of them a second; latency counts from when each was due.

    Raises:
        ConnectionResetError: the server closed a connection.
        TimeoutError: it had not answered them all long after the last was due.
    """
    wires = [request.wire(address.named) for request in requests]

    async def play() -> Load:
        longest = len(wires) / rate + PATIENCE
        return await Open(iter(wires), rate).play(address, connections, longest)

    return uvloop.run(play())


def apart(load: Callable[[], Load]) -> Load:
    """The same in a process of its own: `apart(partial(open_loop, address, requests, 32, 500))`."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(load).result()
