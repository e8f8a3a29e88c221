"""What the how-to page tells to type names services, folders and commands that are there."""

import re
import shlex

import pytest

from tests.architecture.tree import ROOT
from tests.containers.compose import SECRETS, compose
from tests.docs.pages import FENCE
from tests.docs.test_pages import vcms_fault

PAGE = ROOT / "docs" / "how-to" / "run-in-containers.md"
TEXT = PAGE.read_text(encoding="utf-8")
COMPOSE = compose()
FOLDERS = {SECRETS + folder for folder in COMPOSE.secret_folders.values()}
WITH_SERVICES = {"exec", "logs", "run", "stop"}
VALUED = {"--directory", "--entrypoint"}


def typed(text: str) -> list[str]:
    """Every `docker compose …` of the page, also those inside `$(…)`."""
    blocks = "\n".join(block for _, block in FENCE.findall(text)).replace("\\\n", " ")
    return re.findall(r"docker compose ([^|)>\n]+)", blocks)


def faults(line: str) -> list[str]:
    verb, *rest = shlex.split(line)
    named = [
        word
        for before, word in zip(["", *rest], rest, strict=False)
        if not word.startswith("-") and before not in VALUED
    ]
    if verb not in WITH_SERVICES:
        return [] if verb in {"up", "down", "ps"} and not named else [line]
    if verb in {"stop", "logs"}:
        return [name for name in named if name not in COMPOSE.services]
    service, *argv = named
    wrong = [] if service in COMPOSE.services else [service]
    if argv[:1] == ["vcms"]:
        fault = vcms_fault(rest[rest.index("vcms") + 1 :])
        wrong += [fault] if fault else []
    folders = ["/".join(word.split("/")[:3]) for word in argv if word.startswith(SECRETS)]
    return [*wrong, *(folder for folder in folders if folder not in FOLDERS)]


@pytest.mark.parametrize("line", typed(TEXT))
def test_a_line_can_be_typed(line: str) -> None:
    assert faults(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "exec case vcms --help",
        "exec cases vcms operator packed list cases",
        "stop intake case",
        "run --rm --entrypoint cat secrets /secrets/cept/people",
        "begin",
    ],
)
def test_a_line_that_cannot_be_typed_is_found(line: str) -> None:
    assert faults(line) != []


def test_every_address_is_published_and_every_published_port_is_told() -> None:
    told = {int(port) for port in re.findall(r"`http://[\w.]+:(\d+)", TEXT)}
    assert told == {outer for one in COMPOSE.services.values() for _, outer, _ in one.ports}
    for service, port in re.findall(r"^\| (\w+) \| `http://localhost:(\d+)/docs`", TEXT, re.M):
        assert COMPOSE.services[service].ports[0][1] == int(port)
