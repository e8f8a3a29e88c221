"""`vcms demo` that cannot go on: one document for programs, and nothing is left running."""

import signal

import pytest

from cli.exit_codes import ExitCode
from tests.local_stack.foreground import a_report_came, begun, programs_of, wait_until
from tests.local_stack.terminal import close_when, on_a_terminal
from tests.local_stack.vcms import Vcms

pytestmark = pytest.mark.stack


def test_a_demonstration_that_breaks_off_says_so_in_one_document_and_ends(vcms: Vcms) -> None:
    with begun(vcms, "demo", "--exit", "--json") as program:
        wait_until(program.process, lambda: a_report_came(vcms))
        vcms.programs()["intake-1"].kill()
        assert program.wait() == ExitCode.FAILED
    assert programs_of(vcms) == []
    assert program.document()["code"] == "failed"


def test_a_demonstration_that_cannot_write_its_report_ends_all_the_same(vcms: Vcms) -> None:
    report = vcms.home.parent / "reports" / "report.json"
    report.parent.mkdir()
    with begun(vcms, "demo", "--exit", "--json", "--report", str(report)) as program:
        wait_until(program.process, lambda: a_report_came(vcms))
        report.parent.rmdir()
        vcms.programs()["intake-1"].kill()
        assert program.wait() == ExitCode.NOT_WRITABLE
    assert programs_of(vcms) == []
    assert str(report) in str(program.document()["error"])


def test_a_demonstration_is_told_to_end_as_by_ctrl_c(vcms: Vcms) -> None:
    with begun(vcms, "demo", "--json") as program:
        wait_until(program.process, lambda: a_report_came(vcms))
        assert program.interrupted(signal.SIGTERM, signal.SIGHUP) == ExitCode.INTERRUPTED
    assert programs_of(vcms) == []
    assert program.document() == {"error": "Stopped.", "code": "interrupted"}


def test_a_demonstration_whose_terminal_is_closed_leaves_no_program_behind(vcms: Vcms) -> None:
    with on_a_terminal(vcms, "demo") as (process, terminal):
        close_when(lambda: a_report_came(vcms), process, terminal)
    assert programs_of(vcms) == []
