"""Free ports, chosen once and remembered in a file, so that a restart finds the same address."""

import secrets
import socket
from pathlib import Path

from deploy.local.refusals import PortTaken

HOST = "127.0.0.1"

# Below the range from which the kernel takes ports for outgoing connections (32768 and up):
# such a connection could otherwise sit on the port of a part that is being restarted.
CHOICES = range(12_000, 32_000)


def remembered(part: str, file: Path) -> int:
    """The port written in `file`; a free one is chosen and written when there is none.

    Raises:
        PortTaken: another program listens on the remembered port.
    """
    if not file.exists():
        port = free_port()
        file.write_text(f"{port}\n")
        return port
    port = int(file.read_text())
    if not is_free(port):
        raise PortTaken(part, port, file)
    return port


def free_port() -> int:
    """A port of this machine on which nothing listens now."""
    while not is_free(port := secrets.choice(CHOICES)):
        pass
    return port


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do, so that connections of the last run in TIME_WAIT do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Whether anything accepts connections there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0
