"""What the demonstration expects of each request, and what came: the report that it writes."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Expectation:
    """Words for people; never a survivor's data."""

    who: str
    request: str
    expected: str
    actual: str

    @property
    def kept(self) -> bool:
        return self.expected == self.actual


@dataclass(slots=True)
class Report:
    expectations: list[Expectation] = field(default_factory=list)

    def expect(self, who: str, request: str, expected: object, actual: object) -> bool:
        """Notes whether what came is what was expected."""
        noted = Expectation(who, request, str(expected), str(actual))
        self.expectations.append(noted)
        return noted.kept

    @property
    def broken(self) -> Sequence[Expectation]:
        return [noted for noted in self.expectations if not noted.kept]

    def write(self, path: Path) -> None:
        document = {
            "expectations": [asdict(noted) for noted in self.expectations],
            "kept": len(self.expectations) - len(self.broken),
            "broken": len(self.broken),
        }
        path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
