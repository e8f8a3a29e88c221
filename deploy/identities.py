"""Who may sign requests to the object store, as SeaweedFS reads it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from deploy.layout import BUCKETS

ADMIN = "admin"

# Actions of SeaweedFS; a service may do them to its own bucket alone.
ADMIN_ACTIONS = ("Admin", "Read", "Write", "List", "Tagging")
SERVICE_ACTIONS = (
    *("Read", "Write", "List", "Tagging"),
    *("GetObjectRetention", "PutObjectRetention", "GetObjectLegalHold", "PutObjectLegalHold"),
)

SIGNERS = (ADMIN, *BUCKETS.values())


@dataclass(frozen=True)
class Identity:
    """Who may sign requests: for all buckets (the admin), or for its own (a service)."""

    name: str
    secret_key: str

    @property
    def access_key(self) -> str:
        return f"vcms-{self.name}"


def identities(signers: Iterable[Identity]) -> Mapping[str, object]:
    """The content of SeaweedFS's configuration file, for `SIGNERS`."""
    return {"identities": [entry(identity) for identity in signers]}


def entry(identity: Identity) -> Mapping[str, object]:
    credentials = {"accessKey": identity.access_key, "secretKey": identity.secret_key}
    return {
        "name": identity.name,
        "credentials": [credentials],
        "actions": list(actions_of(identity.name)),
    }


def actions_of(name: str) -> Sequence[str]:
    if name == ADMIN:
        return ADMIN_ACTIONS
    owned = [bucket for bucket, owner in BUCKETS.items() if owner == name]
    return [f"{action}:{bucket}" for bucket in owned for action in SERVICE_ACTIONS]
