"""Secrets are made once, differ from each other, and each is read by one account alone."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy.docker.secret_folders import OURS, Kept, fill, folders
from deploy.identities import ADMIN_ACTIONS, SERVICE_ACTIONS
from tests.architecture.tree import ROOT
from tests.containers.compose import FILE, Compose, Mount, compose, parsed
from tests.containers.dockerfile import instructions
from tests.containers.installed import made

COMPOSE = compose()
KEYCLOAK_USER = 1000
"""Of its image, which the compose file leaves as it is."""


def contents(root: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()
    }


def test_what_was_made_stays(tmp_path: Path) -> None:
    before = contents(made(tmp_path))
    assert contents(made(tmp_path)) == before


def test_a_lost_folder_is_filled_again_and_a_stale_file_goes(tmp_path: Path) -> None:
    before = contents(made(tmp_path))
    for folder in (tmp_path / "cases", tmp_path / "audit"):
        folder.chmod(0o700)
    for file in (tmp_path / "cases").iterdir():
        file.unlink()
    (tmp_path / "audit" / "VCMS_KEYS_URL").write_text("of old")
    assert contents(made(tmp_path)) == before


def test_no_two_secrets_are_the_same_and_no_two_installations(tmp_path: Path) -> None:
    first, second = (contents(made(tmp_path / name) / "kept") for name in ("a", "b"))
    assert first.keys() == second.keys()
    assert len({*first.values(), *second.values()}) == 2 * len(first)
    assert all(len(secret) >= 32 for secret in first.values())


def test_only_its_reader_reads_a_file_and_nobody_writes_it(tmp_path: Path) -> None:
    given: dict[Path, int] = {}
    fill(tmp_path, give=lambda path, user, group: given.update({path: user}))
    for name, (account, files) in folders(Kept(tmp_path / "kept")).items():
        folder = tmp_path / name
        assert (folder.stat().st_mode & 0o777, given[folder]) == (0o500, account)
        assert {file.name for file in folder.iterdir()} == files.keys()
        for file in folder.iterdir():
            assert (file.stat().st_mode & 0o777, given[file]) == (0o400, account)
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o700


def test_nothing_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    made(tmp_path)
    assert capfd.readouterr() == ("", "")


def test_the_store_of_objects_lets_a_service_into_its_own_bucket_alone(tmp_path: Path) -> None:
    told = json.loads((made(tmp_path) / "s3" / "identities.json").read_text())
    actions = {one["name"]: one["actions"] for one in told["identities"]}
    assert actions == {
        "admin": list(ADMIN_ACTIONS),
        "attachments": [f"{action}:evidence" for action in SERVICE_ACTIONS],
    }


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, int]:
    """Volume to the account that reads it."""
    found = folders(Kept(tmp_path_factory.mktemp("kept")))
    return {name.partition("/")[0]: account for name, (account, _) in found.items()}


def strangers(read: Compose, accounts: Mapping[str, int]) -> list[str]:
    """Who sees secrets that were made for another, or as another account than theirs."""
    made_for = {"kept": "secrets", "objects": "s3"}
    return [
        f"{one.name}: {mount.source}"
        for one in read.services.values()
        if one.name != "secrets"
        for mount in one.mounts
        if (folder := read.secret_folders.get(mount.source)) is not None
        if made_for.get(folder, folder) != one.name
        or not (folder == "objects" or safe(mount, account_of(one.written), accounts[folder]))
    ]


def safe(mount: Mount, account: int, reader: int) -> bool:
    return mount.target == "/run/vcms" and mount.read_only and account == reader


def account_of(written: Mapping[str, object]) -> int:
    user = str(written.get("user", OURS if "build" in written else KEYCLOAK_USER))
    return int(user.partition(":")[0])


def test_each_container_sees_its_own_secrets_and_no_others(accounts: Mapping[str, int]) -> None:
    assert strangers(COMPOSE, accounts) == []
    assert set(COMPOSE.secret_folders.values()) == {*accounts, "kept", "objects"}


@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        ("secrets-audit:/run/vcms:ro", "secrets-cases:/run/vcms:ro", "audit: secrets-cases"),
        ("secrets-audit:/run/vcms:ro", "kept:/run/vcms:ro", "audit: kept"),
        ("secrets-s3:/run/vcms:ro", "secrets-s3:/run/vcms", "s3: secrets-s3"),
        ('user: "999:999"', 'user: "998:998"', "postgres: secrets-postgres"),
    ],
)
def test_who_sees_what_is_not_theirs_is_found(
    right: str, wrong: str, found: str, accounts: Mapping[str, int]
) -> None:
    changed = parsed(FILE.read_text(encoding="utf-8").replace(right, wrong))
    assert strangers(changed, accounts) == [found]


def test_every_file_that_is_named_was_made(tmp_path: Path) -> None:
    root = made(tmp_path)
    for one in COMPOSE.services.values():
        told = " ".join([*one.environment.values(), *one.typed])
        for file in re.findall(r"/run/vcms/([\w.]+)", told):
            assert (root / COMPOSE.secret_folders[str(one.secrets)] / file).is_file()


def test_our_account_is_that_of_the_image() -> None:
    told = instructions((ROOT / "Dockerfile").read_text(encoding="utf-8"))
    assert [one.text for one in told if one.name == "USER"] == [f"{OURS}:{OURS}"]
