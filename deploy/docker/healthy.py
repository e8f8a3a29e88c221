"""`python -m deploy.docker.healthy [PATH]`: ends with 0 if the service in this container is well.

PATH is `/healthz` (the program is alive) or `/readyz` (its database answers too). Imports the
standard library alone, since it runs every few seconds.
"""

import os
import sys
from http.client import HTTPConnection, HTTPException

PORT = 8000
"""Where a service listens when VCMS_HTTP_PORT is not set."""


def status(port: int, path: str) -> int:
    """The answer's, or 0 where none comes."""
    connection = HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


if __name__ == "__main__":
    path = sys.argv[1] if len(sys.argv) > 1 else "/healthz"
    sys.exit(status(int(os.environ.get("VCMS_HTTP_PORT") or PORT), path) != 200)
