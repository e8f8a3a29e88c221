"""The six services, each instance a program of its own: `vcms serve NAME`."""

import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.local.part import Part
from deploy.local.supervision import Running, spawn

VCMS = Path(sysconfig.get_path("scripts")) / "vcms"


@dataclass(frozen=True)
class Service(Part):
    """One running instance; its folder's name, `cases-2`, says which."""

    @classmethod
    def title(cls, directory: Path) -> str:
        return directory.name

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    @property
    def service(self) -> str:
        return self.directory.name.rpartition("-")[0]

    @property
    def instance(self) -> int:
        """1, 2, …"""
        return int(self.directory.name.rpartition("-")[2])

    def answers(self) -> bool:
        if not super().answers():
            return False
        try:
            return httpx.get(f"{self.url}/healthz", timeout=2).is_success
        except httpx.HTTPError:
            return False


def launch(directory: Path, environment: Mapping[str, str]) -> Running:
    name = directory.name.rpartition("-")[0]
    return spawn([VCMS, "serve", name], directory=directory, environment=environment)
