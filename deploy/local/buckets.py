"""The bucket, versioned and able to lock objects, and whoever asks for it by HTTP."""

from minio import Minio
from minio.error import MinioException
from urllib3.exceptions import HTTPError

from deploy.identities import Identity
from deploy.layout import BUCKETS
from deploy.local.ports import HOST

REGION = "us-east-1"


def answers(store: Minio) -> bool:
    try:
        store.list_buckets()
    except (MinioException, HTTPError):
        return False
    return True


def make_buckets(store: Minio) -> None:
    """Makes those that are missing; `store` signs as the admin."""
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
