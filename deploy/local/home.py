"""Where a stack keeps its files: `$VCMS_HOME`, or `.local` in the repository."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Home:
    """One stack's folder. Two stacks with two folders share nothing but Kafka's jars."""

    directory: Path

    @property
    def stack_file(self) -> Path:
        return self.directory / "stack.json"

    @property
    def lock_file(self) -> Path:
        return self.directory / "lock"

    @property
    def wrapping_key(self) -> Path:
        return self.directory / "secrets" / "wrapping.key"

    def role_secret(self, role: str) -> Path:
        return self.directory / "secrets" / role

    @property
    def logs(self) -> Path:
        return self.directory / "logs"

    def part(self, name: str) -> Path:
        """The folder of `postgres`, `kafka`, `s3`, `oidc` or `mail`."""
        return self.directory / name

    @property
    def services(self) -> Path:
        return self.directory / "services"

    def service(self, name: str, instance: int) -> Path:
        return self.services / f"{name}-{instance}"

    def clear(self) -> None:
        """Deletes what a stack made here, and the folder when nothing else stands in it."""
        ours = ("logs", "secrets", "postgres", "kafka", "s3", "oidc", "mail", "services")
        for name in ours:
            shutil.rmtree(self.directory / name, ignore_errors=True)
        for file in (self.stack_file, self.lock_file):
            file.unlink(missing_ok=True)
        if self.directory.is_dir() and not any(self.directory.iterdir()):
            self.directory.rmdir()


def home() -> Home:
    """The one that the environment names."""
    chosen = os.environ.get("VCMS_HOME")
    return Home(Path(chosen).expanduser().resolve() if chosen else REPOSITORY / ".local")
