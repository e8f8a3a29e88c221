"""What stops a start, and how it is told."""

import shutil
from pathlib import Path

import pytest

from cli.exit_codes import ExitCode, of
from deploy.local.preflight import check_disk, check_python
from deploy.local.refusals import CannotStart, TooLittleDisk, WrongPython
from tests.local_stack.vcms import Vcms


def test_a_home_that_cannot_be_written_to_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = Vcms(tmp_path / "file" / "home").run("up")
    assert ended.code == ExitCode.NOT_WRITABLE
    assert "cannot be written to" in ended.sentence()


def test_a_report_that_cannot_be_written_is_refused_before_anything_starts(tmp_path: Path) -> None:
    vcms = Vcms(tmp_path / "home")
    report = tmp_path / "nowhere" / "report.json"
    ended = vcms.run("demo", "--exit", "--report", str(report))
    assert ended.code == ExitCode.NOT_WRITABLE
    assert f"{report} cannot be written to" in ended.sentence()
    assert not vcms.home.exists()


def test_a_setting_that_services_refuse_is_found_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VCMS_OFFER_NORMAL", "junk")
    vcms = Vcms(tmp_path / "home")
    ended = vcms.run("up")
    assert ended.code == ExitCode.SETTINGS
    assert "VCMS_OFFER_NORMAL is malformed" in ended.sentence()
    assert not vcms.home.exists()


def test_too_little_disk_is_one_clear_line(tmp_path: Path) -> None:
    check_disk(tmp_path, needed=shutil.disk_usage(tmp_path).free // 2)
    with pytest.raises(TooLittleDisk, match=r"has [\d.]+ GiB free; the stack needs 1048576 GiB"):
        check_disk(tmp_path, needed=2**50)


def test_another_python_is_one_clear_line() -> None:
    check_python((3, 11))
    with pytest.raises(WrongPython, match=r"This is Python 3\.12"):
        check_python((3, 12))


def test_each_refusal_ends_with_a_code_of_its_own() -> None:
    codes = [of(refusal) for refusal in CannotStart.__subclasses__()]
    assert len(set(codes)) == len(codes)
    assert ExitCode.FAILED not in codes
