"""The object store, spoken to through the S3 protocol: the only place that knows of it.

Objects are named by the evidence id alone; nothing about a person stands in a name or a link.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from minio import Minio
from minio.datatypes import Part as StoredPart
from minio.error import InvalidResponseError, S3Error, ServerError
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from shared.eventstore.errors import Retryable
from shared.runtime.settings import S3Settings

P = ParamSpec("P")
R = TypeVar("R")

READ_BYTES = 1024 * 1024
PARTS_PAGE = 1000
GONE = frozenset({"NoSuchUpload", "NoSuchKey", "NoSuchObject", "NotFound"})


class UploadGone(Exception):
    """The store knows no such multipart upload: it was joined or given up."""


class ObjectMissing(Exception):
    """There are no bytes under this evidence id."""


@dataclass(frozen=True, slots=True)
class Digest:
    sha256: str
    """In lower-case hex."""
    size: int
    """Bytes read."""


def _away_is_retryable(ask: Callable[P, R]) -> Callable[P, R]:
    """A store that does not answer, or answers that it cannot now, is asked again later."""

    @wraps(ask)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return ask(*args, **kwargs)
        except (HTTPError, ServerError, InvalidResponseError) as error:
            raise Retryable(f"the object store is away: {type(error).__name__}") from None

    return asked


def _client(settings: S3Settings, patience: Timeout) -> Minio:
    """`patience` is that of each of two tries."""
    address = urlsplit(settings.s3_endpoint)
    return Minio(
        address.netloc,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
        secure=address.scheme == "https",
        region=settings.s3_region,  # named, so that signing a link asks nobody
        http_client=PoolManager(timeout=patience, retries=Retry(1, backoff_factor=0.2)),
    )


class EvidenceObjects:
    """The bucket of originals."""

    def __init__(self, settings: S3Settings) -> None:
        self._bucket = settings.s3_bucket
        self._client = _client(settings, Timeout(connect=2, read=10))
        self._probe = _client(settings, Timeout(connect=1, read=1))

    @_away_is_retryable
    def check_reachable(self) -> None:
        """Raises Retryable: the store does not answer within seconds, or has no such bucket."""
        try:
            there = self._probe.bucket_exists(self._bucket)
        except S3Error as error:
            raise _refusing(error) from None
        if not there:
            raise Retryable("the object store has no such bucket")

    @_away_is_retryable
    def start(self, evidence_id: UUID) -> str:
        """Opens a multipart upload and returns the store's name for it."""
        return self._client._create_multipart_upload(self._bucket, str(evidence_id), {})

    @_away_is_retryable
    def give_up(self, evidence_id: UUID, upload_id: str) -> None:
        """Frees the parts of an upload that nobody will finish."""
        try:
            self._client._abort_multipart_upload(self._bucket, str(evidence_id), upload_id)
        except S3Error as error:
            if error.code not in GONE:
                raise

    def part_link(self, evidence_id: UUID, upload_id: str, number: int, lifetime: timedelta) -> str:
        """A URL that takes one part by PUT."""
        return self._client.get_presigned_url(
            "PUT",
            self._bucket,
            str(evidence_id),
            expires=lifetime,
            extra_query_params={"uploadId": upload_id, "partNumber": str(number)},
        )

    @_away_is_retryable
    def uploaded_parts(self, evidence_id: UUID, upload_id: str) -> dict[int, StoredPart]:
        """Part number to what the store holds of it.

        Raises:
            UploadGone: no such upload.
        """
        parts: dict[int, StoredPart] = {}
        marker: str | None = None
        while True:
            try:
                page = self._client._list_parts(
                    self._bucket, str(evidence_id), upload_id, PARTS_PAGE, marker
                )
            except S3Error as error:
                raise (UploadGone if error.code in GONE else _refusing(error)) from None
            parts |= {part.part_number: part for part in page.parts}
            if not page.is_truncated:
                return parts
            marker = str(page.next_part_number_marker)

    @_away_is_retryable
    def join(self, evidence_id: UUID, upload_id: str, parts: Mapping[int, StoredPart]) -> None:
        """Makes one object of the parts.

        Raises:
            UploadGone: no such upload.
        """
        ordered = [parts[number] for number in sorted(parts)]
        try:
            self._client._complete_multipart_upload(
                self._bucket, str(evidence_id), upload_id, ordered
            )
        except S3Error as error:
            raise (UploadGone if error.code in GONE else _refusing(error)) from None

    @_away_is_retryable
    def holds(self, evidence_id: UUID) -> bool:
        try:
            self._client.stat_object(self._bucket, str(evidence_id))
        except S3Error as error:
            if error.code in GONE:
                return False
            raise _refusing(error) from None
        return True

    @_away_is_retryable
    def digest(self, evidence_id: UUID) -> Digest:
        """Reads the whole object back and hashes it.

        Raises:
            ObjectMissing: there is none.
        """
        try:
            response = self._client.get_object(self._bucket, str(evidence_id))
        except S3Error as error:
            raise (ObjectMissing if error.code in GONE else _refusing(error)) from None
        hashed, size = hashlib.sha256(), 0
        try:
            for chunk in response.stream(READ_BYTES):
                hashed.update(chunk)
                size += len(chunk)
        finally:
            response.close()
            response.release_conn()
        return Digest(hashed.hexdigest(), size)

    def download_link(self, evidence_id: UUID, lifetime: timedelta) -> str:
        """A URL that gives the bytes, as a file to keep and never as a page to show."""
        return self._client.get_presigned_url(
            "GET",
            self._bucket,
            str(evidence_id),
            expires=lifetime,
            response_headers={
                "response-content-disposition": "attachment",
                "response-content-type": "application/octet-stream",
            },
        )


def _refusing(error: S3Error) -> Retryable:
    """Whatever else the store says is ours to mend, and no loss for the one who asks again."""
    return Retryable(f"the object store refused: {error.code}")
