"""Settings from the environment."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from shared.runtime.settings import (
    CONCERNS,
    SECRETS,
    EvidenceSettings,
    IdentitySettings,
    KafkaSettings,
    KeySettings,
    OfferSettings,
    ReminderSettings,
    S3Settings,
    SettingsAreWrong,
    SmtpSettings,
    StoreSettings,
    complaints,
    load,
    variable,
)
from tests.runtime.register import CANARY


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    for concern in CONCERNS:
        for field in concern.model_fields:
            monkeypatch.delenv(variable(field), raising=False)
    monkeypatch.delenv(SECRETS, raising=False)


def test_a_missing_setting_is_one_line_that_names_the_variable() -> None:
    with pytest.raises(SettingsAreWrong) as told:
        load(IdentitySettings)
    lines = str(told.value).splitlines()
    assert [line.split()[0] for line in lines] == ["VCMS_OIDC_ISSUER", "VCMS_OIDC_AUDIENCE"]
    assert "is not set" in lines[0]


def test_an_empty_setting_is_a_missing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VCMS_OIDC_ISSUER", "")
    monkeypatch.setenv("VCMS_OIDC_AUDIENCE", "vcms")
    with pytest.raises(SettingsAreWrong, match=r"^VCMS_OIDC_ISSUER is not set"):
        load(IdentitySettings)


def test_a_malformed_setting_is_named_and_its_value_is_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VCMS_SMTP_HOST", "mail.example")
    monkeypatch.setenv("VCMS_SMTP_SENDER", "notices@vcms.example")
    monkeypatch.setenv("VCMS_SMTP_PORT", CANARY)
    with pytest.raises(SettingsAreWrong) as told:
        load(SmtpSettings)
    assert str(told.value).startswith("VCMS_SMTP_PORT is malformed")
    assert CANARY not in str(told.value)


def test_a_password_in_an_address_is_not_shown() -> None:
    address = f"postgresql://u:{CANARY}@h/d"
    settings = StoreSettings(database_url=address, reader_url=address)
    assert CANARY not in repr(settings)
    assert CANARY not in str(settings)


def test_offers_live_as_long_as_the_rules_say() -> None:
    offers = load(OfferSettings)
    assert offers.offer_emergency == timedelta(hours=24)
    assert offers.offer_urgent == timedelta(hours=72)
    assert offers.offer_normal == timedelta(days=14)


def test_reminder_times_are_a_list_of_durations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VCMS_REMIND_EMERGENCY", "PT1S, PT2S")
    reminders = load(ReminderSettings)
    assert reminders.remind_emergency == (timedelta(seconds=1), timedelta(seconds=2))
    assert reminders.remind_arrival == (timedelta(hours=24), timedelta(hours=72))


@pytest.mark.parametrize("concern", [StoreSettings, KeySettings, KafkaSettings, S3Settings])
def test_an_address_of_another_kind_is_found_before_it_is_used(
    concern: type[BaseSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    for field in concern.model_fields:
        monkeypatch.setenv(variable(field), f"no {CANARY}")
    with pytest.raises(SettingsAreWrong) as told:
        load(concern)
    addresses = {"database_url", "reader_url", "keys_url", "kafka_bootstrap", "s3_endpoint"}
    wrong = [line.split(" is malformed")[0] for line in str(told.value).splitlines()]
    assert wrong == [variable(field) for field in concern.model_fields if field in addresses]
    assert CANARY not in str(told.value)


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(SECRETS, str(tmp_path))
    return tmp_path


def test_what_the_environment_does_not_say_is_read_from_a_file(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (secrets / "VCMS_DATABASE_URL").write_text(f"postgresql://w:{CANARY}@h/d\n")
    (secrets / "VCMS_READER_URL").write_text(f"postgresql://r:{CANARY}@h/d\n")
    monkeypatch.setenv("VCMS_READER_URL", "postgresql://r:spoken@h/d")
    settings = load(StoreSettings)
    assert settings.database_url == f"postgresql://w:{CANARY}@h/d"
    assert settings.reader_url == "postgresql://r:spoken@h/d"
    assert CANARY not in repr(settings)


def test_a_malformed_file_is_told_as_its_variable(secrets: Path) -> None:
    (secrets / "VCMS_DATABASE_URL").write_text(CANARY)
    with pytest.raises(SettingsAreWrong) as told:
        load(StoreSettings)
    lines = str(told.value).splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "VCMS_DATABASE_URL is malformed",
        "VCMS_READER_URL is not set",
    ]
    assert CANARY not in str(told.value)


@pytest.mark.parametrize("name", ["gone", "a-file"])
def test_a_folder_of_secrets_that_is_none_is_told(
    name: str, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (secrets / "a-file").touch()
    monkeypatch.setenv(SECRETS, str(secrets / name))
    with pytest.raises(SettingsAreWrong, match=r"^VCMS_SECRETS names no folder"):
        load(StoreSettings)


MALFORMED = {
    "VCMS_OFFER_NORMAL": ("junk", "is malformed: Life of any other offer. Written as in `PT30M`"),
    "VCMS_REMIND_NORMAL": ("junk,junk", "Written as in `PT30M,PT2H`"),
    "VCMS_DOWNLOAD_LINK_SECONDS": ("61", "is above 60"),
    "VCMS_SMTP_STARTTLS": ("perhaps", "`true` or `false`"),
    "VCMS_OTLP_ENDPOINT": ("collector", "is malformed: Base URL"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_setting_is_one_line_with_the_form_that_it_wants(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    value, told = MALFORMED[name]
    monkeypatch.setenv(name, value)
    (line,) = (complaints(concern)[name] for concern in CONCERNS if name in complaints(concern))
    assert line.startswith(name)
    assert told in line


def test_a_download_link_never_lives_longer_than_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VCMS_DOWNLOAD_LINK_SECONDS", "61")
    with pytest.raises(SettingsAreWrong, match="VCMS_DOWNLOAD_LINK_SECONDS"):
        load(EvidenceSettings)


def test_no_variable_belongs_to_two_concerns() -> None:
    names = [field for concern in CONCERNS for field in concern.model_fields]
    assert len(names) == len(set(names))


def test_every_setting_is_described() -> None:
    assert all(f.description for concern in CONCERNS for f in concern.model_fields.values())
