"""What was measured, as it stands in bench/results: one JSON file for each row."""

from pathlib import Path
from statistics import median
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

RESULTS = Path(__file__).with_name("results")

OURS = "vcms"
"""How our own contestant is called in every row."""

Sample = dict[str, float]
"""One round of one contestant: figures by metric, such as `events_per_s` or `p99_ms`."""


class Spread(BaseModel):
    """Of one metric over the rounds."""

    model_config = ConfigDict(frozen=True)

    median: float
    least: float
    most: float


class Series(BaseModel):
    """The rounds of one contestant at one point, such as `32 clients`."""

    contestant: str
    point: str
    rounds: list[Sample] = Field(default_factory=list)
    void: str | None = None
    """Which check failed, or why it could not be measured: then no figure counts."""

    def metrics(self) -> list[str]:
        return list(self.rounds[0]) if self.rounds else []

    def of(self, metric: str) -> Spread:
        values = [sample[metric] for sample in self.rounds]
        return Spread(median=median(values), least=min(values), most=max(values))


class Row(BaseModel):
    """One row of the benchmarks, such as `append`."""

    key: str
    wanted: int
    """Rounds of each series."""
    measured_on: str = ""
    """Day, machine and versions, in a sentence."""
    settings: dict[str, str] = Field(default_factory=dict)
    """Of the servers, as they told them themselves."""
    notes: dict[str, str] = Field(default_factory=dict)
    """Found on the way, such as the size of a table, by name."""
    series: list[Series] = Field(default_factory=list)
    seconds: float = 0
    """That it took to measure, all told."""

    def find(self, contestant: str, point: str) -> Series | None:
        """None: not measured."""
        wanted = (contestant, point)
        return next((one for one in self.series if (one.contestant, one.point) == wanted), None)

    def median(self, contestant: str, point: str, metric: str) -> float | None:
        """None: not measured, or void."""
        found = self.find(contestant, point)
        if found is None or found.void is not None or metric not in found.metrics():
            return None
        return found.of(metric).median

    def points(self) -> list[str]:
        return list(dict.fromkeys(one.point for one in self.series))

    def contestants(self) -> list[str]:
        return list(dict.fromkeys(one.contestant for one in self.series))

    @classmethod
    def read(cls, path: Path) -> Self:
        return cls.model_validate_json(path.read_bytes())

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(".new")
        scratch.write_text(self.model_dump_json(indent=1) + "\n")
        scratch.rename(path)
