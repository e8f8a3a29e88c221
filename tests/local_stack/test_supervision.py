"""Programs are known by pid and start time, and end with all that they started."""

import signal
import socket
import sys
from pathlib import Path

import psutil
import pytest

from deploy.local import ports
from deploy.local.refusals import DidNotStart, PortTaken
from deploy.local.supervision import Running, plain_environment, recall, spawn, wait_until
from tests.local_stack.vcms import gone

PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
time.sleep(600)
"""

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


def run(directory: Path, program: str) -> Running:
    return spawn(
        [sys.executable, "-c", program], directory=directory, environment=plain_environment()
    )


def with_child(directory: Path) -> tuple[Running, psutil.Process]:
    """A program and its child, once it has one."""
    running = run(directory, PARENT)
    own = psutil.Process(running.pid)
    wait_until(lambda: bool(own.children()), "parent", running, directory / "log")
    return running, own.children()[0]


def test_a_stopped_program_ends_with_its_descendants(tmp_path: Path) -> None:
    running, child = with_child(tmp_path)
    running.stop()
    assert not running.alive()
    assert gone(child)


def test_a_killed_program_ends_with_its_descendants(tmp_path: Path) -> None:
    running, child = with_child(tmp_path)
    running.kill()
    assert not running.alive()
    assert gone(child)


def test_a_frozen_program_can_be_stopped(tmp_path: Path) -> None:
    running, _ = with_child(tmp_path)
    running.pause()
    running.stop(patience=5)
    assert not running.alive()


def test_a_program_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    running = run(tmp_path, DEAF)
    deaf = psutil.Process(running.pid)
    wait_until(lambda: ignores_sigterm(deaf), "deaf", running, tmp_path / "log")
    running.stop(patience=0.2)
    assert not running.alive()


def ignores_sigterm(program: psutil.Process) -> bool:
    status = Path(f"/proc/{program.pid}/status").read_text()
    ignored = next(line for line in status.splitlines() if line.startswith("SigIgn"))
    return bool(int(ignored.split()[1], 16) & 1 << (signal.SIGTERM - 1))


def test_a_program_is_found_again_where_it_was_started(tmp_path: Path) -> None:
    running = run(tmp_path, PARENT)
    assert recall(tmp_path) == running
    running.kill()
    assert recall(tmp_path) is None


def test_a_pid_that_now_belongs_to_another_program_is_left_alone(tmp_path: Path) -> None:
    other = run(tmp_path, PARENT)
    before = Running(other.pid, other.started - 60)
    before.kill()
    before.stop()
    assert not before.alive()
    assert other.alive()
    other.kill()


def test_a_part_that_ends_while_it_starts_tells_its_last_words_and_its_log(tmp_path: Path) -> None:
    running = run(tmp_path, "raise SystemExit('no such setting')")
    said = f"ended while it started; it said last: no such setting .{tmp_path}/log"
    with pytest.raises(DidNotStart, match=said):
        wait_until(lambda: False, "part", running, tmp_path / "log")


def test_a_part_that_never_answers_is_ended(tmp_path: Path) -> None:
    running = run(tmp_path, PARENT)
    with pytest.raises(DidNotStart, match="did not answer within 0 s"):
        wait_until(lambda: False, "part", running, tmp_path / "log", patience=0.1)
    assert not running.alive()


def test_nothing_of_our_environment_reaches_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VCMS_KEYS_URL", "postgresql://nobody@example/keys")
    assert "VCMS_KEYS_URL" not in plain_environment()


def test_a_port_is_remembered(tmp_path: Path) -> None:
    port = ports.remembered("part", tmp_path / "port")
    assert ports.remembered("part", tmp_path / "port") == port


def test_a_remembered_port_that_another_program_took_is_refused(tmp_path: Path) -> None:
    port = ports.remembered("part", tmp_path / "port")
    with (
        socket.create_server((ports.HOST, port)),
        pytest.raises(PortTaken, match=f"Port {port} of part is taken"),
    ):
        ports.remembered("part", tmp_path / "port")
