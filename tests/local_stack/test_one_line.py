"""What goes wrong is one line with a code of its own, whatever the command."""

from pathlib import Path

import pytest

from cli.exit_codes import ExitCode
from shared.runtime.settings import variable
from tests.local_stack.vcms import Vcms
from tests.runtime.test_every_service import NOWHERE, SETTINGS

SECRET = "not-to-be-told"


@pytest.fixture
def alone(tmp_path: Path) -> Vcms:
    """`vcms` where no stack runs."""
    return Vcms(tmp_path / "home")


@pytest.mark.parametrize("name", ["cases", "keys"])
def test_a_database_that_is_away_is_told_when_it_is_to_be_migrated(
    name: str, alone: Vcms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VCMS_MIGRATOR_URL", f"postgresql://migrator:{SECRET}@{NOWHERE}/shelf")
    ended = alone.run("migrate", name)
    assert ended.code == ExitCode.NO_ANSWER
    assert f"The database shelf at {NOWHERE} did not answer" in ended.sentence()
    assert SECRET not in ended.said


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("key_file", "/nowhere/key"),
        ("database_url", f"no address {SECRET}"),
        ("reader_url", f"mysql://reader:{SECRET}@{NOWHERE}/x"),
        ("keys_url", f"postgresql://sealer:{SECRET}@{NOWHERE}:{NOWHERE}/x"),
        ("kafka_bootstrap", SECRET),
        ("oidc_issuer", SECRET),
    ],
)
def test_a_setting_that_a_service_cannot_use_is_named(
    setting: str, value: str, alone: Vcms, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_bytes(bytes(32))
    for name, good in {**SETTINGS, "VCMS_KEY_FILE": str(key)}.items():
        monkeypatch.setenv(name, good)
    monkeypatch.setenv(variable(setting), value)
    ended = alone.run("serve", "cases")
    assert ended.code == ExitCode.SETTINGS
    assert variable(setting) in ended.sentence()
    assert SECRET not in ended.said


def test_a_head_that_cannot_be_kept_is_not_taken_for_a_log_that_is_wrong(alone: Vcms) -> None:
    file = alone.home / "nowhere" / "head.json"
    ended = alone.run("auditor", "verify", "--url", f"http://{NOWHERE}", "--head", str(file))
    assert ended.code == ExitCode.NOT_WRITABLE
    assert f"{file} cannot be written to" in ended.sentence()


def test_a_log_that_is_away_is_told_with_its_address(alone: Vcms) -> None:
    ended = alone.run("auditor", "verify", "--url", f"http://auditor:{SECRET}@{NOWHERE}/audit")
    assert ended.code == ExitCode.NO_ANSWER
    assert f"http://{NOWHERE}/audit/log/head could not be asked" in ended.sentence()
    assert SECRET not in ended.said


@pytest.mark.parametrize("address", ["nonsense", "ftp://audit.example.org", "http://"])
def test_what_is_no_address_is_told_with_the_form_of_one(address: str, alone: Vcms) -> None:
    ended = alone.run("auditor", "verify", "--url", address)
    assert ended.code == ExitCode.USAGE
    assert "--url" in ended.said
    assert "https://audit.example.org" in ended.said


def test_a_word_that_is_not_known_is_told_with_those_that_are(alone: Vcms) -> None:
    ended = alone.run("operator", "parked", "list", "nosuch")
    assert ended.code == ExitCode.USAGE
    assert "'SERVICE': 'nosuch' is not one of 'intake'" in ended.said
