"""`python -m deploy.docker.buckets`: creates the buckets that are missing at VCMS_S3_ENDPOINT."""

from urllib.parse import urlsplit

from minio import Minio

from deploy.docker.patience import until
from deploy.local.buckets import answers, make_buckets
from shared.runtime.settings import S3Settings, load


def admin(settings: S3Settings) -> Minio:
    address = urlsplit(settings.s3_endpoint)
    return Minio(
        address.netloc,
        settings.s3_access_key,
        settings.s3_secret_key,
        secure=address.scheme == "https",
        region=settings.s3_region,
    )


if __name__ == "__main__":
    store = admin(load(S3Settings))
    until(lambda: answers(store), "The object store")
    make_buckets(store)
