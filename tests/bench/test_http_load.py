"""The load that figures rest on: every answer is counted, and waiting is part of a latency."""

from functools import partial
from itertools import count

import pytest

from bench.http_load import Request, apart, closed_loop, open_loop
from tests.bench.small_server import Answer, SmallServer, serving


def test_every_answer_is_counted_by_its_status() -> None:
    server = SmallServer(lambda number: Answer(409 if number % 10 == 3 else 201))
    with serving(server) as address:
        load = closed_loop(address, [Request(b"GET", b"/")] * 200, connections=8, seconds=10)
    assert load.statuses == {201: 180, 409: 20}
    assert len(load.latencies) == len(server.seen) == 200
    assert load.rate == pytest.approx(200 / load.seconds)


def test_a_request_arrives_as_it_was_given() -> None:
    server = SmallServer(lambda _: Answer())
    request = Request(b"POST", b"/persons", [(b"Idempotency-Key", b"k")], b'{"a":1}')
    with serving(server) as address:
        closed_loop(address, [request], connections=1, seconds=10)
    assert server.seen == [
        b"POST /persons HTTP/1.1\r\nHost: %b\r\nIdempotency-Key: k\r\nContent-Length: 7\r\n\r\n"
        b'{"a":1}' % address.named
    ]


def test_a_closed_loop_ends_on_time_although_requests_never_end() -> None:
    server = SmallServer(lambda _: Answer(after=0.01))
    with serving(server) as address:
        endless = (Request(b"GET", b"/%d" % number) for number in count())
        load = closed_loop(address, endless, connections=2, seconds=0.1)
    assert 0.1 <= load.seconds < 1
    assert len(load.latencies) == len(server.seen)


def test_latency_counts_from_the_schedule() -> None:
    """One answer is 300 ms late: the thirty requests that were due meanwhile waited as well."""
    server = SmallServer(lambda number: Answer(after=0.3 if number == 5 else 0))
    with serving(server) as address:
        load = open_loop(address, [Request(b"GET", b"/")] * 60, connections=1, rate=100)
    assert load.statuses == {200: 60}
    assert sum(latency > 100 for latency in load.latencies) >= 15
    assert load.seconds >= 0.59


def test_an_open_loop_sends_on_while_answers_are_awaited() -> None:
    """Each answer takes 100 ms: one connection would need 3 seconds for them all."""
    server = SmallServer(lambda _: Answer(after=0.1))
    with serving(server) as address:
        load = open_loop(address, [Request(b"GET", b"/")] * 30, connections=30, rate=100)
    assert load.seconds < 1.5
    assert min(load.latencies) >= 100


def test_a_broken_connection_ends_the_run() -> None:
    with (
        serving(SmallServer(lambda number: Answer(0 if number == 3 else 200))) as address,
        pytest.raises(ConnectionResetError),
    ):
        closed_loop(address, [Request(b"GET", b"/")] * 10, connections=1, seconds=10)


def test_load_from_its_own_program_comes_back_whole() -> None:
    server = SmallServer(lambda _: Answer())
    requests = [Request(b"GET", b"/")] * 20
    with serving(server) as address:
        load = apart(partial(open_loop, address, requests, 2, 1000.0))
    assert (load.statuses, len(load.latencies)) == ({200: 20}, 20)
