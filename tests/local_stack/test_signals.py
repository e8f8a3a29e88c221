"""Ctrl-C, at whatever moment and however often, ends everything that was begun."""

import signal
from collections.abc import Iterator

import pytest

from cli.exit_codes import ExitCode
from tests.local_stack.foreground import (
    a_report_came,
    a_service_runs,
    begun,
    programs_of,
    wait_until,
)
from tests.local_stack.vcms import Vcms

pytestmark = pytest.mark.stack


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


def test_ctrl_c_while_the_demonstration_loads_leaves_no_program_behind(vcms: Vcms) -> None:
    with begun(vcms, "demo", "--json") as program:
        wait_until(program.process, lambda: a_report_came(vcms))
        assert program.interrupted() == ExitCode.INTERRUPTED
    assert programs_of(vcms) == []
    assert program.document() == {"error": "Stopped.", "code": "interrupted"}
    assert "Traceback" not in program.errors.read_text()
    assert (vcms.home / "postgres" / "cluster").is_dir(), "what it kept stays"


def a_part_runs(vcms: Vcms) -> bool:
    return any(vcms.home.glob("*/running.json"))
