"""A line to a server that a test can cut, where it wants, to see what is made of a lost answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum


class Cut(Enum):
    BEFORE_THE_SERVER = "what was said never arrives"
    AFTER_THE_SERVER = "it is done, but the answer is lost"


class Line:
    """Passes on everything; once something is said that holds a certain text, it is cut there."""

    def __init__(self, server_port: int) -> None:
        self.port = 0
        self.was_cut = False
        self._server_port = server_port
        self._cut: tuple[bytes, Cut] | None = None
        self._carried: list[asyncio.Future[tuple[None, None]]] = []

    def cut(self, at: bytes, where: Cut) -> None:
        """One time, when `at` is said next."""
        self._cut = (at, where)

    async def carry(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        answers, there = await asyncio.open_connection("127.0.0.1", self._server_port)
        carried = asyncio.gather(self._say(client, there, back), pass_on(answers, back))
        self._carried.append(carried)
        await carried

    async def ended(self) -> None:
        """Waits for the end of all that it carries."""
        await asyncio.gather(*self._carried)

    async def _say(
        self, client: asyncio.StreamReader, there: asyncio.StreamWriter, back: asyncio.StreamWriter
    ) -> None:
        while said := await heard(client):
            if self._cut is not None and self._cut[0] in said:
                where, self._cut, self.was_cut = self._cut[1], None, True
                back.transport.abort()
                if where is Cut.BEFORE_THE_SERVER:
                    there.transport.abort()
                    return
            there.write(said)
        there.close()


async def pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while chunk := await heard(source):
        if not target.is_closing():
            target.write(chunk)
    target.close()


async def heard(source: asyncio.StreamReader) -> bytes:
    """Empty at the end, however it came."""
    with suppress(ConnectionError):
        return await source.read(1 << 20)
    return b""


@asynccontextmanager
async def line_to(port: int) -> AsyncIterator[Line]:
    line = Line(port)
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    yield line
    server.close()
    await line.ended()
