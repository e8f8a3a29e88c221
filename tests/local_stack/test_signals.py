"""Whoever ends `vcms`, at whatever moment, however often and by whatever means, leaves nothing
running; and what was broken off can be begun again, as all tests here do in one folder."""

import signal
from collections.abc import Iterator

import pytest

from cli.exit_codes import ExitCode
from deploy.local.supervision import recall
from tests.local_stack.conftest import stack_of_its_own
from tests.local_stack.foreground import (
    a_report_came,
    begun,
    programs_of,
    wait_until,
)
from tests.local_stack.terminal import close_when, on_a_terminal
from tests.local_stack.vcms import Vcms

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def vcms() -> Iterator[Vcms]:
    yield from stack_of_its_own()


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """A program that is started where Ctrl-C is ignored, as in a background job, ignores it too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_while_parts_start_leaves_no_program_behind(vcms: Vcms) -> None:
    with begun(vcms, "up") as program:
        wait_until(program.process, lambda: a_part_runs(vcms))
        assert program.interrupted() == ExitCode.INTERRUPTED
    assert programs_of(vcms) == []


def test_being_told_to_end_while_services_start_leaves_no_program_behind(vcms: Vcms) -> None:
    with begun(vcms, "up") as program:
        wait_until(program.process, lambda: a_service_runs(vcms))
        assert program.interrupted(signal.SIGTERM) == ExitCode.INTERRUPTED
    assert programs_of(vcms) == []


def test_a_closed_terminal_leaves_no_program_behind(vcms: Vcms) -> None:
    with on_a_terminal(vcms, "up") as (process, terminal):
        close_when(lambda: a_service_runs(vcms), process, terminal)
    assert programs_of(vcms) == []


def test_ctrl_c_while_the_demonstration_loads_leaves_no_program_behind(vcms: Vcms) -> None:
    with begun(vcms, "demo", "--json") as program:
        wait_until(program.process, lambda: a_report_came(vcms))
        assert program.interrupted() == ExitCode.INTERRUPTED
    assert programs_of(vcms) == []
    assert program.document() == {"error": "Stopped.", "code": "interrupted"}
    assert "Traceback" not in program.errors.read_text()
    assert (vcms.home / "postgres" / "cluster").is_dir(), "what it kept stays"


def a_part_runs(vcms: Vcms) -> bool:
    return any(recall(part) for part in vcms.home.glob("*"))


def a_service_runs(vcms: Vcms) -> bool:
    return any(recall(service) for service in vcms.home.glob("services/*-*"))
