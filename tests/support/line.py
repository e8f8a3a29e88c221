"""A line to a server that a test can cut, where it wants, to see what is made of a lost answer."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from enum import Enum


class Cut(Enum):
    BEFORE_THE_SERVER = "what was said never arrives"
    AFTER_THE_SERVER = "it is done, but the answer is lost"


class Line:
    """Passes on everything; once something is said that holds `cut_at`, it is cut, one time."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._cut: tuple[bytes, Cut] | None = None
        self.was_cut = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, at: bytes, where: Cut) -> None:
        self.was_cut.clear()
        self._cut = (at, where)

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                for source, target, said in ((client, server, True), (server, client, False)):
                    threading.Thread(
                        target=self._pass_on, args=(source, target, said), daemon=True
                    ).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, said: bool) -> None:
        with suppress(OSError):
            while chunk := source.recv(1 << 20):
                if said and self._cut is not None and self._cut[0] in chunk:
                    self._do_cut(source, target, chunk)
                    return
                target.sendall(chunk)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _do_cut(self, client: socket.socket, server: socket.socket, said: bytes) -> None:
        assert self._cut is not None
        where, self._cut = self._cut[1], None
        # The client hears nothing more, whatever the server does with what was said.
        client.shutdown(socket.SHUT_WR)
        if where is Cut.AFTER_THE_SERVER:
            server.sendall(said)
        else:
            server.close()
        self.was_cut.set()
        client.close()
