"""Clients in threads of this process, for peers whose calls block."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bench.append.work import LASTS, WARM_UP, Answer, Append, Outcome, answered, commands
from bench.cpu import family_seconds


def in_threads(clients: int, connect: Callable[[], Append]) -> Outcome:
    """Each client sends its next command when it has its answer. `connect` is called once for each
    client, before the clock runs."""
    outcome, over = Outcome(), threading.Event()
    connected = [connect() for _ in range(clients)]
    with ThreadPoolExecutor(clients) as pool:
        playing = [
            pool.submit(play, append, client, clients, over)
            for client, append in enumerate(connected)
        ]
        try:
            measure(outcome, time.sleep)
        finally:
            over.set()
        for played in playing:
            outcome.answers += played.result()
    return outcome


def measure(outcome: Outcome, sleep: Callable[[float], None]) -> None:
    """Warms up, then waits while it counts."""
    sleep(WARM_UP)
    cpu = family_seconds()
    outcome.began = time.perf_counter()
    sleep(LASTS)
    outcome.ended = time.perf_counter()
    outcome.cpu = family_seconds() - cpu


def play(append: Append, client: int, clients: int, over: threading.Event) -> list[Answer]:
    answers = []
    for command in commands(client, clients):
        if over.is_set():
            break
        asked = time.perf_counter()
        answers.append(answered(command, asked, stored=append(command)))
    return answers
