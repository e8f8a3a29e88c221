"""Who may import whom: the contracts of import-linter, and what they cannot say."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.architecture.tree import PRODUCT, ROOT, TOOLS, Module, modules, planted

ONLY_IN = {
    "aiokafka": {"shared.messaging.bus"},
    "faust": {"services.notifications.timers"},
    "minio": {"services.attachments.storage", "services.audit.publisher"},
}
"""Package to the only product modules that may import it."""

PURE = ("commands", "state", "decisions")
PURE_MAY_IMPORT = ("shared.contracts", "shared.vocabulary", *sys.stdlib_module_names)
IMPURE_STANDARD_LIBRARY = {
    *("asyncio", "http", "logging", "os", "pathlib", "random", "secrets", "socket", "sqlite3"),
    *("subprocess", "threading", "time", "urllib"),
}


def strays(product: Iterable[Module], only_in: Mapping[str, set[str]] = ONLY_IN) -> list[str]:
    """The modules that import a package which only others may."""
    return [
        f"{module.name} imports {package}"
        for module in product
        for package in sorted({name.partition(".")[0] for name in module.imports})
        if module.name not in only_in.get(package, {module.name})
    ]


def impurities(service_modules: Iterable[Module]) -> list[str]:
    """What commands, states and decisions import, directly or through their own service, besides
    the standard library's pure part, contracts and vocabulary."""
    known = {module.name: module for module in service_modules}
    waiting = [name for name in known if name.rpartition(".")[2] in PURE]
    seen: set[str] = set()
    found = []
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for imported in known[name].imports:
            own = next((own for own in (imported, parent(imported)) if own in known), None)
            if own is not None:
                waiting.append(own)
            elif not is_pure(imported):
                found.append(f"{name} imports {imported}")
    return sorted(found)


def is_pure(imported: str) -> bool:
    if imported.partition(".")[0] in IMPURE_STANDARD_LIBRARY:
        return False
    return any(f"{imported}.".startswith(f"{allowed}.") for allowed in PURE_MAY_IMPORT)


def parent(name: str) -> str:
    return name.rpartition(".")[0]


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_import_contract_is_kept() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


BREACHES = {
    "services/intake/decisions.py": (
        "Inside a service: wiring, then its edges, then what it decides",
        "import services.intake.api",
    ),
    "services/intake/commands.py": (
        "Services never import each other",
        "import services.cases.commands",
    ),
    "services/cases/commands.py": (
        "The product does not know the tools that start and show it",
        "import deploy.local.ports",
    ),
    "shared/policy/disclosure.py": (
        "Shared imports no service and no tool",
        "import services.audit",
    ),
    "services/referrals/directory/state.py": (
        "Inside the partner directory: the same",
        "import services.referrals.directory.api",
    ),
    "services/referrals/projections.py": (
        "A projection reaches no broker, no HTTP and no mail: replay can never send",
        "import aiosmtplib",
    ),
    "deploy/local/ports.py": (
        "What is measured does not know that it is",
        "import bench.results",
    ),
    "shared/contracts/kinds.py": (
        "Contracts and vocabulary stand beneath everything else in shared",
        "import shared.policy.disclosure",
    ),
}


def test_each_import_contract_can_be_broken(tmp_path: Path) -> None:
    for folder in PRODUCT + TOOLS:
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, (_, line) in BREACHES.items():
        with (tmp_path / path).open("a", encoding="utf-8") as breached:
            breached.write(f"\n{line}\n")
    told = lint_imports(tmp_path).stdout
    names = [name for name, _ in BREACHES.values()]
    assert [name for name in names if f"{name} BROKEN" not in told] == []
    assert told.count(" BROKEN") == len(names)
    assert " KEPT" not in told


def test_each_external_part_is_reached_through_one_door() -> None:
    assert strays(modules(ROOT, *PRODUCT)) == []


def test_a_second_door_is_found(tmp_path: Path) -> None:
    planted(
        tmp_path,
        {
            "services/cases/api.py": "from aiokafka.admin import NewTopic\n",
            "services/notifications/timers.py": "import faust\n",
            "services/notifications/delivery.py": "def late():\n    import faust.agents\n",
            "shared/runtime/health.py": "from minio import Minio\n",
        },
    )
    assert strays(modules(tmp_path, *PRODUCT)) == [
        "services.cases.api imports aiokafka",
        "services.notifications.delivery imports faust",
        "shared.runtime.health imports minio",
    ]


def test_decisions_states_and_commands_are_pure() -> None:
    assert impurities(modules(ROOT, "services")) == []


@pytest.mark.parametrize(
    "line",
    [
        "import psycopg2",
        "from sqlalchemy import select",
        "from fastapi import APIRouter",
        "from shared.runtime.clock import now",
        "from shared.eventstore.errors import Retryable",
        "from shared.vault.vault import Vault",
        "import time",
        "import os.path",
        "from random import random",
    ],
)
def test_an_impure_import_is_found_even_behind_a_neighbour(tmp_path: Path, line: str) -> None:
    planted(
        tmp_path,
        {
            "services/cases/decisions.py": "from services.cases.rules import may\n",
            "services/cases/rules.py": f"from datetime import datetime\n{line}\n",
            "services/cases/api.py": "import fastapi\n",
        },
    )
    (found,) = impurities(modules(tmp_path, "services"))
    assert found.startswith("services.cases.rules imports ")
