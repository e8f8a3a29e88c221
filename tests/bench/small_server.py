"""A small HTTP server in a thread of its own, which answers as it is told."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from bench.http_load import Address
from tests.support.waiting import until


@dataclass(frozen=True)
class Answer:
    """`after`: seconds. A status of 0 closes the connection instead."""

    status: int = 200
    after: float = 0.0


class SmallServer:
    """`answers` gives the answer to request n, counted from 0 over all connections."""

    def __init__(self, answers: Callable[[int], Answer]) -> None:
        self._answers = answers
        self._open = 0
        self.seen: list[bytes] = []

    async def run(self, bound: Future[Address], stop: threading.Event) -> None:
        """Ends when it is told to and every client has gone."""
        async with await asyncio.start_server(self._serve, "127.0.0.1", 0) as server:
            bound.set_result(Address(*server.sockets[0].getsockname()))
            await until(lambda: stop.is_set() and not self._open)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await self._answer(reader, writer):
                pass
        writer.close()
        self._open -= 1

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
        self.seen.append(head + await reader.readexactly(length))
        answer = self._answers(len(self.seen) - 1)
        await asyncio.sleep(answer.after)
        if answer.status:
            writer.write(b"HTTP/1.1 %d So\r\nContent-Length: 2\r\n\r\nok" % answer.status)
        return bool(answer.status)


@contextmanager
def serving(small: SmallServer) -> Iterator[Address]:
    bound: Future[Address] = Future()
    stop = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(small.run(bound, stop)))
    thread.start()
    try:
        yield bound.result(10)
    finally:
        stop.set()
        thread.join()
