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
_FAULTS = Metric(
    "vcms.faults", "{fault}", Kind.COUNTER, "Requests that ended in an unexpected fault."
)
_PENDING = Metric(
    "vcms.pending", "{event}", Kind.GAUGE, "Events that wait for a worker, when last asked."
)

METRICS = (_RESTARTS, _FAULTS, _PENDING)

WORKER_RESTARTS = _meter.create_counter(_RESTARTS.name, _RESTARTS.unit, _RESTARTS.help)
FAULTS = _meter.create_counter(_FAULTS.name, _FAULTS.unit, _FAULTS.help)
PENDING = _meter.create_gauge(_PENDING.name, _PENDING.unit, _PENDING.help)
