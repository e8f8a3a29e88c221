"""The secret of each person's client, made once and kept in a private file."""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from deploy.local.people import PEOPLE
from deploy.local.secret_file import write_private


def client_secrets(file: Path) -> Mapping[str, str]:
    """Client id to secret, for everyone in `people.py`; who is new there gets one."""
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    complete = {person.key: known.get(person.key) or secrets.token_hex(24) for person in PEOPLE}
    if complete != known:
        write_private(file, json.dumps(complete, indent=2).encode())
    return complete
