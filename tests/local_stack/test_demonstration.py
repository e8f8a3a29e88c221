"""`vcms demo` that cannot go on: one document for programs, and nothing is left running."""

import pytest

from cli.exit_codes import ExitCode
from tests.local_stack.foreground import a_report_came, begun, programs_of, wait_until
from tests.local_stack.vcms import Vcms

pytestmark = pytest.mark.stack


def test_a_demonstration_that_breaks_off_says_so_in_one_document_and_ends(vcms: Vcms) -> None:
    with begun(vcms, "demo", "--exit", "--json") as program:
        wait_until(program.process, lambda: a_report_came(vcms))
        vcms.programs()["intake-1"].kill()
        assert program.wait() == ExitCode.FAILED
    assert programs_of(vcms) == []
    assert program.document()["code"] == "failed"
