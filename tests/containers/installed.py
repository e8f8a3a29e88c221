"""The secrets of an installation, made in a folder, and the environment that a container sees."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.docker.secret_folders import DATABASE_SERVER, fill
from tests.containers.compose import Compose, Service


def belongs_to_us(path: Path, user: int, group: int) -> None:
    """In place of chown, which only root may."""


def made(root: Path, server: str = DATABASE_SERVER) -> Path:
    fill(root, server, belongs_to_us)
    return root


def environment(compose: Compose, service: Service, secrets: Path) -> Mapping[str, str]:
    """As in the container, with what is mounted at /run/vcms where it stands here."""
    volume = service.secrets
    mounted = "" if volume is None else str(secrets / compose.secret_folders[volume])
    return {
        name: value.replace("/run/vcms", mounted) for name, value in service.environment.items()
    }


@contextmanager
def only(environment: Mapping[str, str]) -> Iterator[None]:
    """No setting but these, as in a container that was just made."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("VCMS_")]:
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        yield
