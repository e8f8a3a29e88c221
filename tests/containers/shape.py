"""What must hold of any compose file of ours; each check names what is wrong, or nothing."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.architecture.tree import ROOT
from tests.containers.compose import Compose, Service

Check = Callable[[Compose], list[str]]

PINNED = re.compile(r"^[\w./-]+:v?\d[\w.-]*$")
SERVES, ENDS = "service_healthy", "service_completed_successfully"


def floating_images(compose: Compose) -> list[str]:
    """Somebody else's image without a version in its tag."""
    return [
        f"{one.name}: {one.image}"
        for one in compose.services.values()
        if not one.is_ours and not PINNED.match(one.image)
    ]


def open_ports(compose: Compose) -> list[str]:
    """Published to more than this machine, or twice."""
    published = [(one.name, *port) for one in compose.services.values() for port in one.ports]
    numbers = [outer for _, _, outer, _ in published]
    return [
        f"{name}: {address}:{outer}"
        for name, address, outer, _ in published
        if address != "127.0.0.1" or numbers.count(outer) > 1
    ]


def privileges(compose: Compose) -> list[str]:
    """A container that may more than it needs. Only who gives files away starts as root."""
    return [
        f"{one.name}: {fault}"
        for one in compose.services.values()
        for fault in excesses(one, may_give=one.name == "secrets")
    ]


def excesses(service: Service, *, may_give: bool) -> Iterator[str]:
    told = service.written
    if told.get("cap_drop") != ["ALL"] or told.get("privileged"):
        yield "keeps capabilities"
    if "no-new-privileges:true" not in told.get("security_opt", []):
        yield "may gain privileges"
    if may_give and told.get("network_mode") != "none":
        yield "is root, and on a network"
    if not may_give and ("cap_add" in told or str(told.get("user")).startswith(("0", "root"))):
        yield "is root"
    if service.is_ours and not told.get("read_only"):
        yield "writes into its image"
    if not (told.get("mem_limit") and told.get("pids_limit")):
        yield "has no bounds"
    if told.get("logging", {}).get("options", {}).keys() != {"max-size", "max-file"}:
        yield "logs without end"


def nameless(compose: Compose) -> list[str]:
    """Volumes and networks that are used and not declared, or declared and not used."""
    used = {
        "volumes": {
            mount.source
            for one in compose.services.values()
            for mount in one.mounts
            if mount.is_volume
        },
        "networks": {name for one in compose.services.values() for name in one.networks},
    }
    return [
        f"{kind}: {name}"
        for kind, names in used.items()
        for name in sorted(names ^ compose.written[kind].keys())
    ]


def lost_files(compose: Compose, root: Path = ROOT) -> list[str]:
    """Mounted from the repository, where they are not, or open to be changed."""
    return [
        f"{one.name}: {mount.source}"
        for one in compose.services.values()
        for mount in one.mounts
        if not mount.is_volume and not (mount.read_only and (root / mount.source).exists())
    ]


def unasked(compose: Compose) -> list[str]:
    """Who serves, and nobody asks whether it is well."""
    return [
        one.name
        for one in compose.services.values()
        if not one.is_job and (one.health is None or one.written["restart"] != "unless-stopped")
    ]


def wrong_order(compose: Compose) -> list[str]:
    """Waits for who is not there, or for a condition that never comes."""
    return [
        f"{one.name}: {other}"
        for one in compose.services.values()
        if "depends_on" in one.written
        for other, condition in one.waits_for.items()
        if other not in compose.services
        or condition != (ENDS if compose.services[other].is_job else SERVES)
    ]


def unreachable(compose: Compose) -> list[str]:
    """Hosts in settings that no container on a common network answers to."""
    return [
        f"{one.name}: {host}"
        for one in compose.services.values()
        for host in hosts(one)
        if not any(
            host in other.names and set(other.networks) & set(one.networks)
            for other in compose.services.values()
        )
    ]


def hosts(service: Service) -> Iterator[str]:
    for name, value in service.environment.items():
        if name in {"KC_DB_URL_HOST", "VCMS_SMTP_HOST"}:
            yield value
        if name in {"VCMS_KAFKA_BOOTSTRAP", "VCMS_OIDC_ISSUER", "VCMS_S3_ENDPOINT"}:
            yield value.removeprefix("http://").partition("/")[0].partition(":")[0]


def exposed_parts(compose: Compose) -> list[str]:
    """What only our containers may reach, and more can."""
    inner = [compose.services[name] for name in ("postgres", "kafka")]
    loose = [one.name for one in inner if one.ports or list(one.networks) != ["parts"]]
    return (
        loose if compose.written["networks"]["parts"] == {"internal": True} else [*loose, "parts"]
    )


CHECKS: tuple[Check, ...] = (
    floating_images,
    open_ports,
    privileges,
    nameless,
    lost_files,
    unasked,
    wrong_order,
    unreachable,
    exposed_parts,
)
