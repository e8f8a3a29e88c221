"""Every metric of ours, in one list. FastAPI adds `http.server.request.duration` and
`http.server.active_requests`, by route."""

from dataclasses import dataclass
from enum import StrEnum

from opentelemetry.metrics import get_meter

_meter = get_meter("vcms")


class Kind(StrEnum):
    COUNTER = "counter"
    GAUGE = "gauge"


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    unit: str
    kind: Kind
    help: str


_RESTARTS = Metric(
    "vcms.worker.restarts", "{restart}", Kind.COUNTER, "Workers that were started again."
)
_PROBLEMS = Metric(
    "vcms.problems", "{answer}", Kind.COUNTER, "Requests that were answered by a problem, by type."
)
_PENDING = Metric(
    "vcms.pending", "{event}", Kind.GAUGE, "Events that wait for a worker, when last asked."
)

METRICS = (_RESTARTS, _PROBLEMS, _PENDING)

WORKER_RESTARTS = _meter.create_counter(_RESTARTS.name, _RESTARTS.unit, _RESTARTS.help)
PROBLEMS = _meter.create_counter(_PROBLEMS.name, _PROBLEMS.unit, _PROBLEMS.help)
PENDING = _meter.create_gauge(_PENDING.name, _PENDING.unit, _PENDING.help)
