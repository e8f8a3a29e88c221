"""A real object store for the session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local.s3 import S3, start
from shared.runtime.settings import S3Settings


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    store = start(tmp_path_factory.mktemp("s3"))
    yield store
    running = S3.found(store.directory)  # a test may have killed the first, and started it again
    if running is not None:
        running.kill()


@pytest.fixture
def evidence_bucket(object_store: S3) -> S3Settings:
    """The bucket of originals, as the service `attachments` is given it."""
    identity = object_store.identity("attachments")
    return S3Settings(
        s3_endpoint=object_store.endpoint,
        s3_access_key=identity.access_key,
        s3_secret_key=identity.secret_key,
        s3_bucket="evidence",
    )
