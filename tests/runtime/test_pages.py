"""The lists in docs/ that are made from code."""

import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {
    "settings.md": ["shared.runtime.settings_page"],
    "problems.md": ["shared.runtime.problems_page", "services", "shared.vault.errors"],
}


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_not_stale(name: str) -> None:
    command = [sys.executable, "-m", *PAGES[name]]
    made = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    stands = (DOCS / name).read_text(encoding="utf-8")
    assert made == stands, f"stale: python -m {' '.join(PAGES[name])} > docs/{name}"
