"""Asks the audit service over HTTP. What it answers is checked elsewhere, never believed."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import Annotated, Generic, Self, TypeVar
from uuid import UUID, uuid4

import httpx
from pydantic import Base64Bytes, BaseModel, BeforeValidator, Field, ValidationError

from cli.auditing.verification import Head
from shared.contracts.audit import ReplayPurpose

PAGE = 200
TIMEOUT_SECONDS = 30

T = TypeVar("T", bound=BaseModel)
Sha256 = Annotated[bytes, BeforeValidator(bytes.fromhex), Field(min_length=32, max_length=32)]


class CannotAsk(Exception):
    """The service is away, or does not answer this question to this token."""


class HeadAnswer(BaseModel):
    size: int
    root: Sha256


class LeafAnswer(BaseModel):
    leaf: Base64Bytes


class Inclusion(BaseModel):
    index: int
    leaf: Base64Bytes
    proof: list[Sha256]


class Consistency(BaseModel):
    proof: list[Sha256]


class Alarm(BaseModel):
    kind: str
    service: str
    position: int
    event_id: UUID


class Pending(BaseModel):
    consumers: dict[str, int]


class Readiness(BaseModel):
    """Of `/readyz`: what each consumer has yet to take in, -1 where the service cannot tell."""

    pending: Pending


class Opened(BaseModel):
    id: UUID


class Recorded(BaseModel):
    """An event of a case, and the index that its leaf is said to have."""

    index: int
    event_id: UUID
    body: str


class Page(BaseModel, Generic[T]):
    items: list[T]
    next: str | None


@dataclass(frozen=True, slots=True)
class AuditService:
    """The service behind `http`. Without a token only the log itself can be read.

    Every method raises CannotAsk.
    """

    http: httpx.Client

    @classmethod
    def at(cls, url: str, token: str | None = None) -> Self:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return cls(httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_SECONDS))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()

    def head(self) -> Head:
        answer = self._get(HeadAnswer, "/log/head")
        return Head(answer.size, answer.root)

    def behind(self) -> int | None:
        """Events that stand on the topics and have no leaf yet; None: the service cannot tell."""
        counts = self._get(Readiness, "/readyz").pending.consumers.values()
        return None if any(count < 0 for count in counts) else sum(counts)

    def leaves(self, size: int) -> Iterator[bytes]:
        """The first `size` leaves, or as many as there are."""
        for answer in islice(self._all(Page[LeafAnswer], "/log/leaves"), size):
            yield answer.leaf

    def alarms(self) -> Iterator[Alarm]:
        return self._all(Page[Alarm], "/log/alarms")

    def consistency(self, first: int, second: int) -> list[bytes]:
        query = {"first": str(first), "second": str(second)}
        return self._get(Consistency, "/log/proofs/consistency", query).proof

    def inclusion(self, event_id: UUID, size: int) -> Inclusion:
        return self._get(Inclusion, f"/log/proofs/inclusion/{event_id}", {"size": str(size)})

    def open_replay(self, case_id: UUID, purpose: ReplayPurpose) -> UUID:
        """Asks to read the case's events for an hour; that is recorded."""
        request = self.http.build_request(
            "POST",
            "/replays",
            json={"case_id": str(case_id), "purpose": purpose},
            headers={"Idempotency-Key": str(uuid4())},
        )
        return self._ask(Opened, request).id

    def events(self, replay_id: UUID) -> Iterator[Recorded]:
        return self._all(Page[Recorded], f"/replays/{replay_id}/events")

    def _all(self, shape: type[Page[T]], path: str) -> Iterator[T]:
        query = {"limit": str(PAGE)}
        while True:
            page = self._get(shape, path, query)
            yield from page.items
            if page.next is None:
                return
            query["cursor"] = page.next

    def _get(self, shape: type[T], path: str, query: dict[str, str] | None = None) -> T:
        return self._ask(shape, self.http.build_request("GET", path, params=query))

    def _ask(self, shape: type[T], request: httpx.Request) -> T:
        try:
            answer = self.http.send(request)
            answer.raise_for_status()
            return shape.model_validate_json(answer.content)
        except httpx.HTTPStatusError as refused:
            raise CannotAsk(_told(refused.response.status_code, where(request))) from None
        except httpx.TimeoutException:
            silence = f"{where(request)} did not answer within {TIMEOUT_SECONDS} seconds."
            raise CannotAsk(silence) from None
        except httpx.HTTPError as away:
            raise CannotAsk(
                f"{where(request)} could not be asked ({type(away).__name__})."
            ) from None
        except ValidationError:
            raise CannotAsk(f"{where(request)} did not answer as the audit service does.") from None


def is_address(url: str) -> bool:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    return parsed.scheme in {"http", "https"} and bool(parsed.host)


def where(request: httpx.Request) -> str:
    """Without user and password, should the address hold them."""
    url = request.url
    return f"{url.scheme}://{url.netloc.decode()}{url.path}"


def _told(status: int, path: str) -> str:
    known = {
        401: "The token is not accepted: it may have expired.",
        403: "The token is no auditor's.",
        404: "The log knows no such case or event.",
    }
    return known.get(status, f"{path} answered {status}.")
