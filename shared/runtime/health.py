"""`/healthz`: the process is alive. `/readyz`: what it leans on answers, and what still waits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from shared.runtime.logs import failure, log
from shared.runtime.metrics import PENDING
from shared.runtime.workers import OwnFollower, TopicFollower, Worker

Probe = Callable[[], object]
"""Asks a dependency; raises when it is away. May block for a few seconds."""

UNKNOWN = -1
"""Stands for a count that could not be asked for."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What of a service can be asked how it is.

    `needed` are probes without which it serves nothing (its database); `wanted` are those that it
    can be without for a while (an object store). Kafka is asked after through the connection of the
    first consumer, and is wanted too: without it commands are accepted, and delivered later.
    """

    relay: Worker | None = None
    projections: Sequence[OwnFollower] = ()
    consumers: Sequence[TopicFollower] = ()
    others: Sequence[Worker] = ()
    needed: Mapping[str, Probe] = field(default_factory=dict)
    wanted: Mapping[str, Probe] = field(default_factory=dict)

    @property
    def broker(self) -> Mapping[str, Probe]:
        return {"kafka": self.consumers[0].check_broker} if self.consumers else {}

    @property
    def workers(self) -> list[Worker]:
        relay = [] if self.relay is None else [self.relay]
        return [*relay, *self.projections, *self.consumers, *self.others]


class Pending(BaseModel):
    """Events (or jobs) that wait; -1 where nobody can tell."""

    relay: int
    consumers: dict[str, int]
    projections: dict[str, int]
    others: dict[str, int]


class Readiness(BaseModel):
    status: Literal["ready", "unavailable"]
    dependencies: dict[str, Literal["up", "away"]]
    pending: Pending


class Alive(BaseModel):
    status: Literal["alive"] = "alive"


def health_routes(parts: Parts) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/healthz", operation_id="healthz")
    async def healthz() -> Alive:
        return Alive()

    @router.get("/readyz", operation_id="readyz", responses={503: {"model": Readiness}})
    def readyz(response: Response) -> Readiness:
        readiness = ask(parts)
        if readiness.status == "unavailable":
            response.status_code = 503
        return readiness

    return router


def ask(parts: Parts) -> Readiness:
    """Ask every probe and every worker, now."""
    needed = {name: _answers(name, probe) for name, probe in parts.needed.items()}
    wanted = {
        name: _answers(name, probe) for name, probe in {**parts.broker, **parts.wanted}.items()
    }
    pending = Pending(
        relay=0 if parts.relay is None else _count(parts.relay),
        consumers={worker.name: _count(worker) for worker in parts.consumers},
        projections={worker.name: _count(worker) for worker in parts.projections},
        others={worker.name: _count(worker) for worker in parts.others},
    )
    return Readiness(
        status="ready" if all(needed.values()) else "unavailable",
        dependencies={n: "up" if up else "away" for n, up in {**needed, **wanted}.items()},
        pending=pending,
    )


def _answers(name: str, probe: Probe) -> bool:
    try:
        probe()
    except Exception as error:
        log.warning("dependency_away", dependency=name, **failure(error))
        return False
    return True


def _count(worker: Worker) -> int:
    try:
        count = worker.pending()
    except Exception as error:
        log.warning("pending_unknown", worker=worker.name, **failure(error))
        return UNKNOWN
    PENDING.set(count, {"vcms.worker": worker.name})
    return count
