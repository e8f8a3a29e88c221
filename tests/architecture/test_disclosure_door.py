"""Sealed values are opened in views alone, and every module that opens them asks the policy."""

import ast
from collections.abc import Iterable
from pathlib import Path

from tests.architecture.tree import ROOT, Module, modules, planted

POLICY = "shared.policy.disclosure.permitted"
VAULT = "shared.vault"
CLEAR_TEXT = {"open", "open_all", "open_sealed"}


def openers(source: Iterable[Module]) -> list[Module]:
    return [module for module in source if opens(module)]


def opens(module: Module) -> bool:
    knows_the_vault = any(name.startswith(VAULT) for name in module.imports)
    calls = (node.func for node in module.nodes if isinstance(node, ast.Call))
    return knows_the_vault and any(called(function) in CLEAR_TEXT for function in calls)


def called(function: ast.expr) -> str:
    match function:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def asks_the_policy(module: Module) -> bool:
    """Imports it, and calls it."""
    calls = [called(node.func) for node in module.nodes if isinstance(node, ast.Call)]
    return POLICY in module.imports and "permitted" in calls


def test_values_are_opened_in_views_alone() -> None:
    found = openers(modules(ROOT, "services"))
    assert found
    assert [module.path for module in found if not module.name.endswith(".views")] == []


def test_who_opens_values_asks_the_policy() -> None:
    found = openers(modules(ROOT, "services"))
    assert [module.path for module in found if not asks_the_policy(module)] == []


def test_a_second_door_is_found(tmp_path: Path) -> None:
    vault = "from shared.vault.vault import Vault\n"
    policy = "from shared.policy.disclosure import permitted\n"
    planted(
        tmp_path,
        {
            "services/cases/api.py": f"{vault}def name(vault: Vault): return vault.open('x', str)",
            "services/cases/app.py": f"{vault}vault = Vault()\n",
            "services/cases/views.py": f"{vault}{policy}permitted()\nVault().open_all([], str)\n",
            "services/intake/views.py": f"{vault}{policy}Vault().open('x', str)\n",
            "services/audit/views.py": "open('file')\n",
        },
    )
    found = openers(modules(tmp_path, "services"))
    assert [module.path for module in found] == [
        *("services/cases/api.py", "services/cases/views.py", "services/intake/views.py"),
    ]
    assert [asks_the_policy(module) for module in found] == [False, True, False]
