"""The Dockerfile: what it takes along is there and is sent, and what it runs is ours."""

import tomllib

import pytest

from deploy.docker.healthy import PORT
from tests.architecture.tree import ROOT
from tests.containers.dockerfile import Instruction, ignored, instructions, is_sent

TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")
TOLD = instructions(TEXT)
LAST = max(one.stage for one in TOLD)
IGNORED = ignored((ROOT / ".dockerignore").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def last(name: str) -> Instruction:
    """The last instruction of that name in the last stage."""
    return [one for one in TOLD if (one.stage, one.name) == (LAST, name)][-1]


def copied(told: list[Instruction]) -> list[tuple[str, str]]:
    """What comes from the repository: path there, path in the image."""
    return [
        (source, one.words[-1])
        for one in told
        if one.name == "COPY" and "from" not in one.options
        for source in one.words[:-1]
    ]


def missing(told: list[Instruction]) -> list[str]:
    """What is copied and is not there, or is not sent to the build."""
    return [
        path for path, _ in copied(told) if not (ROOT / path).exists() or not is_sent(path, IGNORED)
    ]


def test_what_is_copied_is_there_and_is_sent() -> None:
    assert missing(TOLD) == []
    assert set(PACKAGES) <= {path for path, _ in copied(TOLD)}


@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        ("requirements/run.txt requirements/", "requirements/runs.txt x", "requirements/runs.txt"),
        ("COPY shared shared", "COPY tests tests", "tests"),
        ("COPY cli cli", "COPY bench bench", "bench"),
    ],
)
def test_what_is_not_there_is_found(right: str, wrong: str, found: str) -> None:
    assert right in TEXT
    assert missing(instructions(TEXT.replace(right, wrong))) == [found]


@pytest.mark.parametrize(
    "path",
    [
        *(".git/config", ".venv/bin/python", ".local/stack.json", ".bench/x", "tests/conftest.py"),
        *("docs/README.md", "bench/world.py", "docker-compose.yml", "cli/__pycache__/x.pyc"),
        *(".env", "secrets/x", "requirements/test.txt", "shared/x.pyc", "services/a/__pycache__/b"),
    ],
)
def test_what_the_image_is_not_made_of_is_not_sent(path: str) -> None:
    assert not is_sent(path, IGNORED)


@pytest.mark.parametrize("path", ["shared/eventstore/schema.sql", "cli/main.py", "pyproject.toml"])
def test_what_the_image_is_made_of_is_sent(path: str) -> None:
    assert (ROOT / path).is_file()
    assert is_sent(path, IGNORED)


def test_both_stages_stand_on_the_same_pinned_python() -> None:
    stages = [one.words[0] for one in TOLD if one.name == "FROM"]
    wanted = PROJECT["project"]["requires-python"].removeprefix(">=").partition(",")[0]
    assert set(stages) == {f"python:{wanted}-slim-trixie"}


def test_packages_are_installed_by_hash_and_before_the_source_is_copied() -> None:
    runs = [one.text for one in TOLD if one.name == "RUN" and one.stage == 0]
    fetching = [run for run in runs if "pip install --disable" in run or "sync" in run]
    assert len(fetching) == 2
    assert all("--require-hashes" in run for run in fetching)
    assert any("--require-build-hashes" in run for run in runs)
    source = TEXT.index("COPY shared")
    assert all(TEXT.index(word) < source for word in ("uv.txt", "uv pip sync"))


def test_the_last_stage_takes_the_packages_alone_and_installs_nothing() -> None:
    taken = [one for one in TOLD if one.name == "COPY" and one.stage == LAST]
    assert [(one.options, list(one.words)) for one in taken] == [
        ({"from": "build"}, ["/opt/vcms", "/opt/vcms"])
    ]
    runs = [one.text for one in TOLD if one.name == "RUN" and one.stage == LAST]
    assert [run.split()[0] for run in runs] == ["useradd"]


def test_it_runs_our_command_as_an_account_without_rights() -> None:
    (entry,) = last("ENTRYPOINT").words
    assert entry in PROJECT["project"]["scripts"]
    user, _, group = last("USER").text.partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert f"--uid {user}" in last("RUN").text
    names = [one.name for one in TOLD if one.stage == LAST]
    assert names.index("USER") < names.index("ENTRYPOINT")


def test_it_listens_and_is_asked_at_the_same_port() -> None:
    assert last("EXPOSE").text == str(PORT)
    assert f"VCMS_HTTP_PORT={PORT}" in last("ENV").words
    assert last("HEALTHCHECK").text.endswith('CMD ["python", "-m", "deploy.docker.healthy"]')
