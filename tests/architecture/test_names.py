"""Names say what is inside; shared knows no domain; nothing is silenced."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import PRODUCT, ROOT, TOOLS, Function, Module, modules, planted

EMPTY_WORDS = {
    *("base", "common", "data", "helper", "helpers", "manager", "managers", "misc", "process"),
    *("util", "utils"),
}
DOMAIN_WORDS = {
    *("evidence", "intake", "offer", "organisations", "profile", "referral", "referrals"),
    *("report", "reports", "shelter", "survivor", "survivors", "transfer", "victim"),
}
GENERIC = ("eventstore", "messaging", "runtime", "vault")
"""The parts of shared that know no domain: all but contracts, policy and vocabulary."""

GIVEN = {"handle_DATA", "data_directories", "data_received"}
"""Names that are not ours to choose: callbacks of aiosmtpd and asyncio, a key of the file for
tools."""

SERVICES = {"attachments", "audit", "cases", "intake", "notifications", "referrals"}

SETTINGS = "shared/runtime/settings.py"
"""Every variable stands in this one file, a service's deadlines too."""

SILENCERS = re.compile(r"#\s*(type:\s*ignore|noqa|pragma:\s*no|pylint|mypy:)")


def words(name: str) -> set[str]:
    """The words of a name in snake or camel case."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return {word.lower() for word in re.split(r"[^A-Za-z0-9]+", spaced) if word}


def named(module: Module) -> Iterator[str]:
    """The file's own name and those of its folders, classes and functions; a test's name is a
    sentence, and may hold any word."""
    yield from module.name.split(".")
    for node in module.nodes:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("test_"):
            yield node.name


def worded(source: Iterable[Module], unwanted: set[str]) -> list[str]:
    return [
        f"{module.path}: {name}"
        for module in source
        for name in sorted(set(named(module)) - GIVEN)
        if words(name) & unwanted
    ]


def silenced(source: Iterable[Module]) -> list[str]:
    """Comments that tell a checker to look away."""
    return [
        f"{module.path}: {comment}"
        for module in source
        for comment in module.comments
        if SILENCERS.search(comment)
    ]


def readers_of_the_stack_file(product: Iterable[Module]) -> list[str]:
    return [
        module.path for module in product if any("stack.json" in text for text in module.strings)
    ]


def services_called_by_name(generic: Iterable[Module]) -> list[str]:
    """Where shared code knows a service: as a text of its own, or as a package."""
    return [
        f"{module.path}: {text}"
        for module in generic
        for text in sorted(set(module.strings))
        if text in SERVICES or any(f"services.{name}" in text for name in SERVICES)
    ]


def test_no_name_is_an_empty_word() -> None:
    assert worded(modules(ROOT, *PRODUCT, *TOOLS), EMPTY_WORDS) == []
    # Tests start, freeze and kill real processes of the operating system.
    assert worded(modules(ROOT, "tests"), EMPTY_WORDS - {"process"}) == []


def test_empty_words_are_found_in_every_kind_of_name(tmp_path: Path) -> None:
    planted(
        tmp_path,
        {
            "shared/utils.py": "",
            "shared/common/parts.py": "",
            "shared/fine.py": "class CaseManager: ...\ndef process_it(): ...\n"
            "def database(): ...\nclass Metadata: ...\n",
            "shared/inner.py": "class Fine:\n    async def loadData(self): ...\n",
        },
    )
    assert worded(modules(tmp_path, "shared"), EMPTY_WORDS) == [
        "shared/common/parts.py: common",
        "shared/fine.py: CaseManager",
        "shared/fine.py: process_it",
        "shared/inner.py: loadData",
        "shared/utils.py: utils",
    ]


def test_shared_code_knows_no_domain() -> None:
    generic = modules(ROOT, *(f"shared/{part}" for part in GENERIC))
    beside_settings = [module for module in generic if module.path != SETTINGS]
    assert worded(beside_settings, DOMAIN_WORDS) == []


def test_a_domain_word_in_shared_is_found(tmp_path: Path) -> None:
    planted(tmp_path, {"shared/messaging/relay.py": "def relay_referral(): ...\n"})
    assert worded(modules(tmp_path, "shared"), DOMAIN_WORDS) == [
        "shared/messaging/relay.py: relay_referral"
    ]


def test_shared_code_calls_no_service_by_name() -> None:
    generic = modules(ROOT, *(f"shared/{part}" for part in (*GENERIC, "policy")))
    assert services_called_by_name(generic) == []


def test_a_service_called_by_name_is_found(tmp_path: Path) -> None:
    planted(
        tmp_path,
        {
            "shared/a.py": "TOPIC = 'cases'\n",
            "shared/b.py": "import importlib\nimportlib.import_module('services.audit.app')\n",
            "shared/c.py": "'In all cases.'\n",
        },
    )
    assert services_called_by_name(modules(tmp_path, "shared")) == [
        "shared/a.py: cases",
        "shared/b.py: services.audit.app",
    ]


def test_no_checker_is_told_to_look_away() -> None:
    assert silenced(modules(ROOT, *PRODUCT, *TOOLS, "tests")) == []


@pytest.mark.parametrize(
    "comment", ["# type: ignore[arg-type]", "#type:ignore", "# noqa: S101", "# pragma: no cover"]
)
def test_a_silenced_checker_is_found(tmp_path: Path, comment: str) -> None:
    planted(tmp_path, {"shared/a.py": f"x = 1  {comment}\ny = '# type: ignore in a text'\n"})
    assert silenced(modules(tmp_path, "shared")) == [f"shared/a.py: {comment}"]


def test_the_product_never_reads_the_file_for_tools() -> None:
    assert readers_of_the_stack_file(modules(ROOT, *PRODUCT)) == []


def test_a_reader_of_the_file_for_tools_is_found(tmp_path: Path) -> None:
    planted(tmp_path, {"services/a.py": "home = 1\nopen(f'{home}/stack.json')\n"})
    assert readers_of_the_stack_file(modules(tmp_path, "services")) == ["services/a.py"]
