"""The image has the packages of requirements/run.txt: what it runs needs no others."""

import re
import subprocess
import sys

import pytest

from deploy.layout import SERVICES
from tests.architecture.tree import ROOT

BLOCKED = """
import importlib.abc, sys
from importlib.metadata import packages_distributions

locked, names = set(sys.argv[1].split(',')), sys.argv[2:]
given = {module for module, by in packages_distributions().items()
         if not {name.lower().replace('_', '-') for name in by} & locked}

class Nowhere(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in given:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Nowhere())
for name in names:
    __import__(name)
"""
JOBS = ("secret_folders", "databases", "topics", "buckets", "healthy", "realm")
RUN = [
    "cli.main",
    "cli.operating.access",
    "cli.auditing.access",
    *(f"deploy.docker.{job}" for job in JOBS),
    *(f"services.{service}.app" for service in SERVICES),
]


def imported(*names: str) -> subprocess.CompletedProcess[str]:
    """Imports modules where only the packages of the image can be."""
    text = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    locked = [name.lower() for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)]
    command = [sys.executable, "-c", BLOCKED, ",".join(["vcms", *locked]), *names]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def test_what_the_image_runs_needs_only_the_packages_of_the_image() -> None:
    ended = imported(*RUN)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("module", ["deploy.local.up", "deploy.local.oidc.signing"])
def test_what_needs_more_is_found(module: str) -> None:
    ended = imported(module)
    assert ended.returncode != 0
    assert "ModuleNotFoundError" in ended.stderr


def test_asking_how_a_service_is_takes_the_standard_library_alone() -> None:
    code = "import sys, deploy.docker.healthy; print(*sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    loaded = {name.partition(".")[0] for name in ended.stdout.split()}
    assert loaded - {*sys.stdlib_module_names, "__main__"} == {"deploy"}
