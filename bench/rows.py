"""Every row of the benchmarks, in the order in which they are measured."""

from collections.abc import Sequence

from bench.append.row import APPEND
from bench.ceilings.row import CEILINGS
from bench.command_api.row import ROW as COMMAND_API
from bench.consumer.row import CONSUMER
from bench.end_to_end.row import END_TO_END
from bench.growth.row import GROWTH
from bench.relay.row import RELAY
from bench.replay.row import REPLAY
from bench.workload import Workload

ROWS: Sequence[Workload] = (
    APPEND,
    REPLAY,
    RELAY,
    COMMAND_API,
    CONSUMER,
    END_TO_END,
    GROWTH,
    CEILINGS,
)
