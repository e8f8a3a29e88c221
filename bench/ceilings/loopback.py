"""TCP from one thread to another of this machine, in pieces of 64 KiB."""

import socket
import threading
import time

from bench.cpu import spending
from bench.results import Sample
from bench.rounds import Void

PIECE = 2**16
SECONDS = 2.0


def loopback() -> Sample:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        received: list[int] = []
        reader = threading.Thread(target=lambda: received.append(read_all(listening)))
        reader.start()
        with spending() as spent:
            began = time.perf_counter()
            sent = send(listening.getsockname())
            reader.join()
            seconds = time.perf_counter() - began
    if received != [sent]:
        raise Void("not all bytes arrived")
    return {"MB_per_s": sent / 1e6 / seconds, "cpu_ms_per_MB": 1000 * spent.cpu / (sent / 1e6)}


def send(address: tuple[str, int]) -> int:
    """How many bytes."""
    piece, sent, end = bytes(PIECE), 0, time.perf_counter() + SECONDS
    with socket.create_connection(address) as connection:
        while time.perf_counter() < end:
            connection.sendall(piece)
            sent += PIECE
    return sent


def read_all(listening: socket.socket) -> int:
    connection, _ = listening.accept()
    buffer, total = bytearray(PIECE * 4), 0
    with connection:
        while length := connection.recv_into(buffer):
            total += length
    return total
