"""Kafka's jars, fetched once from Maven's central repository by `jgo` and kept in a cache."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.refusals import CannotFetch

VERSION = "4.3.1"
ENDPOINT = f"org.apache.kafka:kafka_2.13:{VERSION}+org.slf4j:slf4j-simple:1.7.36"
SIZE = 46_000_000
"""What is fetched, in bytes, about."""

HASHES = Path(__file__).with_name("kafka_jars.sha256")

Progress = Callable[[int], None]
"""Is told of each piece that came, in bytes."""


def kafka_jars(progress: Progress = lambda _: None) -> Path:
    """The folder of Kafka's jars; they are fetched (46 MB) when this user has none.

    Raises:
        CannotFetch: no network, or a jar is not the one that `kafka_jars.sha256` names.
    """
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = home / "vcms" / f"kafka-{VERSION}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".kafka-") as scratch:
            jars = fetch(Path(scratch), progress)
            check(jars)
            put(jars, folder)
    return folder


def fetch(scratch: Path, progress: Progress = lambda _: None, endpoint: str = ENDPOINT) -> Path:
    # Imported where it is needed: it is slow to import, and seldom needed.
    from jgo.env import EnvironmentBuilder, LinkStrategy
    from jgo.maven import MavenContext, PythonResolver

    @contextmanager
    def received(_name: str, _size: int) -> Iterator[Progress]:
        yield progress

    context = MavenContext(
        repo_cache=scratch / "repository", resolver=PythonResolver(progress_callback=received)
    )
    builder = EnvironmentBuilder(context, scratch / "environments", LinkStrategy.HARD)
    try:
        environment = builder.from_endpoint(endpoint)
    except (OSError, RuntimeError) as error:
        raise CannotFetch("Kafka", type(error).__name__) from error
    jars = scratch / "jars"
    jars.mkdir()
    # jgo sorts modular jars into a folder of their own; Kafka runs from one class path.
    for jar in [*environment.path.glob("jars/*.jar"), *environment.path.glob("modules/*.jar")]:
        jar.rename(jars / jar.name)
    return jars


def check(jars: Path, hashes: Path = HASHES) -> None:
    wanted = {tuple(line.split()) for line in hashes.read_text().splitlines()}
    found = {(hashlib.sha256(jar.read_bytes()).hexdigest(), jar.name) for jar in jars.iterdir()}
    if found != wanted:
        name = min(name for _, name in found ^ wanted)
        raise CannotFetch("Kafka", f"{name} is not the file that was locked")


def put(jars: Path, folder: Path) -> None:
    try:
        jars.rename(folder)
    except OSError:
        # Another stack fetched them in the same moment.
        shutil.rmtree(jars)
