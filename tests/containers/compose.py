"""The compose file as its readers see it: services with commands, settings, mounts and ports."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from tests.architecture.tree import ROOT

FILE = ROOT / "docker-compose.yml"
SECRETS = "/secrets/"
"""Where the job that makes secrets mounts each volume under its folder's name."""


@dataclass(frozen=True)
class Mount:
    """`source` is a volume's name or a path that begins with a dot."""

    source: str
    target: str
    read_only: bool

    @property
    def is_volume(self) -> bool:
        return not self.source.startswith((".", "/"))


@dataclass(frozen=True)
class Service:
    name: str
    written: Mapping[str, Any]

    @property
    def image(self) -> str:
        return str(self.written["image"])

    @property
    def is_ours(self) -> bool:
        return "build" in self.written

    @property
    def is_job(self) -> bool:
        """Runs once and ends."""
        return bool(self.written.get("restart") == "no")

    @property
    def environment(self) -> Mapping[str, str]:
        return {name: str(value) for name, value in self.written.get("environment", {}).items()}

    @property
    def typed(self) -> Sequence[str]:
        """The program with its arguments, as the container runs it."""
        entry = self.written.get("entrypoint", ["vcms"] if self.is_ours else [])
        return [str(word).replace("$$", "$") for word in (*entry, *self.written.get("command", []))]

    @property
    def health(self) -> Sequence[str] | None:
        """What asks how it is; None where nothing does."""
        test = self.written.get("healthcheck", {}).get("test")
        return test[1:] if test else None

    @cached_property
    def mounts(self) -> Sequence[Mount]:
        return [mount(written) for written in self.written.get("volumes", [])]

    @property
    def secrets(self) -> str | None:
        """The volume at `/run/vcms`."""
        return next((m.source for m in self.mounts if m.target == "/run/vcms"), None)

    @property
    def ports(self) -> Sequence[tuple[str, int, int]]:
        """Address and port on the machine, port in the container."""
        parts = [str(port).rsplit(":", 2) for port in self.written.get("ports", [])]
        return [(part[0] if part[:-2] else "", int(part[-2]), int(part[-1])) for part in parts]

    @property
    def networks(self) -> Sequence[str]:
        return list(self.written.get("networks", []))

    @property
    def names(self) -> set[str]:
        """By which others reach it."""
        networks = self.written.get("networks", {})
        told = networks.values() if isinstance(networks, dict) else []
        return {self.name, *(alias for one in told if one for alias in one["aliases"])}

    @property
    def waits_for(self) -> Mapping[str, str]:
        """Service, and the condition in which it must be."""
        return {name: told["condition"] for name, told in self.written["depends_on"].items()}


@dataclass(frozen=True)
class Compose:
    written: Mapping[str, Any]

    @cached_property
    def services(self) -> Mapping[str, Service]:
        return {name: Service(name, told) for name, told in self.written["services"].items()}

    @property
    def secret_folders(self) -> Mapping[str, str]:
        """Volume to the folder under which the job that makes secrets fills it."""
        return {
            one.source: one.target.removeprefix(SECRETS) for one in self.services["secrets"].mounts
        }


def mount(written: str | Mapping[str, Any]) -> Mount:
    if not isinstance(written, str):
        return Mount(written["source"], written["target"], bool(written.get("read_only")))
    source, target, *mode = written.split(":")
    return Mount(source, target, mode == ["ro"])


def parsed(text: str) -> Compose:
    return Compose(yaml.safe_load(text))


def compose() -> Compose:
    return parsed(FILE.read_text(encoding="utf-8"))


def commands(service: Service) -> list[list[str]]:
    """Every `vcms …` that a container types, those of a loop with each of its words."""
    if service.typed[0] == "vcms":
        return [list(service.typed[1:])]
    script = service.typed[-1]
    words = re.search(r"for name in ([\w ]+);", script)
    typed = re.findall(r"\bvcms (.+)", script)
    return [
        shlex.split(line.replace("$name", word))
        for line in typed
        for word in (words[1].split() if words else [""])
    ]
