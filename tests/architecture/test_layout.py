"""A service's folder reads as a table of contents: the same names everywhere, and few besides."""

from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, planted

EVERYWHERE = {
    "README.md",
    "__init__.py",
    "api.py",
    "app.py",
    "bodies.py",
    "commands.py",
    "decisions.py",
    "migrations",
    "projections.py",
    "queries.py",
    "reactions.py",
    "refusals.py",
    "state.py",
    "tables.py",
    "views.py",
}
"""A missing one means "does not do that"."""

BESIDES = {
    "intake": {"holders.py"},
    "cases": {"holders.py", "sentences.py"},
    "referrals": {"clock.py", "coded.py", "directory"},
    "attachments": {"custody.py", "sealing.py", "storage.py", "uploads.py"},
    "notifications": {
        "addresses.py",
        "channels",
        "deadlines.py",
        "delivery.py",
        "reminding.py",
        "set_aside.py",
        "timers.py",
        "watch.py",
    },
    "audit": {
        "entries.py",
        "ingest.py",
        "ledger.py",
        "memory.py",
        "sequencer.py",
        "tlog",
    },
}
REQUIRED = {"README.md", "app.py"}


def services(root: Path) -> dict[str, set[str]]:
    """Service to the names of what its folder holds."""
    return {
        folder.name: {entry.name for entry in folder.iterdir() if entry.name != "__pycache__"}
        for folder in sorted((root / "services").iterdir())
        if folder.is_dir() and folder.name != "__pycache__"
    }


def strange(root: Path) -> list[str]:
    return [
        f"{service}/{name}"
        for service, names in services(root).items()
        for name in sorted(names - EVERYWHERE - BESIDES.get(service, set()))
    ]


def missing(root: Path) -> list[str]:
    return [
        f"{service}/{name}"
        for service, names in services(root).items()
        for name in sorted(REQUIRED - names)
    ]


def test_there_are_six_services() -> None:
    assert services(ROOT).keys() == BESIDES.keys()


def test_a_service_holds_only_files_whose_names_are_known() -> None:
    assert strange(ROOT) == []


def test_every_service_says_what_it_owns_and_how_it_is_wired() -> None:
    assert missing(ROOT) == []


@pytest.mark.parametrize(
    ("name", "is_strange"),
    [("helpers.py", True), ("timers.py", True), ("holders.py", False), ("api.py", False)],
)
def test_a_strange_file_is_found(tmp_path: Path, name: str, is_strange: bool) -> None:
    planted(tmp_path, {f"services/cases/{name}": "", "services/cases/README.md": ""})
    assert strange(tmp_path) == ([f"cases/{name}"] if is_strange else [])
    assert missing(tmp_path) == ["cases/app.py"]
