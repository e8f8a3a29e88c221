"""The bucket, versioned and able to lock objects, and the identities that sign for it."""

from dataclasses import dataclass

from minio import Minio
from minio.error import MinioException
from urllib3.exceptions import HTTPError

from deploy.local.ports import HOST

# Bucket, and the service that owns it.
BUCKETS = {"evidence": "attachments"}
REGION = "us-east-1"


@dataclass(frozen=True)
class Identity:
    """Who may sign requests: for all buckets (the admin), or for one (a service)."""

    name: str
    access_key: str
    secret_key: str


def answers(port: int, identity: Identity) -> bool:
    try:
        client(port, identity).list_buckets()
    except (MinioException, HTTPError):
        return False
    return True


def make_buckets(port: int, identity: Identity) -> None:
    store = client(port, identity)
    there = {bucket.name for bucket in store.list_buckets()}
    for name in BUCKETS.keys() - there:
        # Object locking brings versions with it.
        store.make_bucket(name, object_lock=True)


def client(port: int, identity: Identity) -> Minio:
    return Minio(
        f"{HOST}:{port}",
        identity.access_key,
        identity.secret_key,
        secure=False,
        region=REGION,
    )
