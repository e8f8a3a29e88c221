"""Every row of the benchmarks, in the order in which they are measured."""

from collections.abc import Sequence

from bench.append.row import APPEND
from bench.consumer.row import CONSUMER
from bench.growth.row import GROWTH
from bench.replay.row import REPLAY
from bench.workload import Workload

ROWS: Sequence[Workload] = (APPEND, REPLAY, CONSUMER, GROWTH)
