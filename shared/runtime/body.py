"""The first gate: a body is at most 1 MiB of strict JSON whose strings PostgreSQL can hold.

It works below FastAPI, so that nothing is read or parsed without limits, and leaves in the
scope the parsed body and its canonical bytes, which the command edge hashes.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from urllib.parse import parse_qsl

import orjson
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.contracts.refused import NotFound
from shared.runtime.problems import (
    BodyTooLarge,
    Fault,
    InvalidFields,
    NotAJsonBody,
    NotJson,
    Problem,
    RequestNotUnderstood,
    TooDeep,
    answer,
)
from shared.runtime.wording import MOST, place

MAX_BODY = 1024 * 1024
MAX_DEPTH = 32
LARGEST_INTEGER = 2**53 - 1
CANONICAL_BODY = "vcms.canonical_body"
PARSED_BODY = "vcms.parsed_body"

_OUT_OF_RANGE = object()
_NUL = "holds a NUL character"
_HALF = re.compile("[\ud800-\udfff]")
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class Disconnected(Exception):
    """The client left before its body was here."""


class BodyGate:
    """Answers 400, 413, 415 or 422 itself; what passes is safe to parse and to store."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        try:
            _check_address(scope["path"], scope["query_string"])
            if scope["method"] not in _WITHOUT_BODY:
                receive = await _checked_body(scope, receive)
        except (Problem, NotFound) as trouble:
            return await answer(trouble)(scope, receive, send)
        except Disconnected:
            return None
        return await self._app(scope, receive, send)


async def _checked_body(scope: Scope, receive: Receive) -> Receive:
    """The body, read and checked once; what it returns gives it again."""
    headers = Headers(scope=scope)
    body = await _read(headers, receive)
    if body:
        _check_media_type(headers.get("content-type", ""))
        _check_codings(headers.getlist("content-encoding"))
        scope[PARSED_BODY] = parsed = parse(body)
        scope[CANONICAL_BODY] = orjson.dumps(parsed, option=orjson.OPT_SORT_KEYS)
    return _again(body, receive)


async def _read(headers: Headers, receive: Receive) -> bytes:
    announced = headers.get("content-length", "0")
    if not announced.isdecimal():
        raise RequestNotUnderstood
    if int(announced[:20]) > MAX_BODY:
        raise BodyTooLarge
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise BodyTooLarge
        more = message.get("more_body", False)
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    messages: Iterator[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def replay() -> Message:
        return next(messages, None) or await receive()

    return replay


def _check_media_type(content_type: str) -> None:
    media_type, _, parameters = content_type.lower().replace(" ", "").partition(";")
    if media_type != "application/json" or parameters not in {"", "charset=utf-8"}:
        raise NotAJsonBody


def _check_codings(codings: list[str]) -> None:
    """What is compressed is not unpacked: its limit would be told too late."""
    if any(coding.lower() not in {"", "identity"} for coding in codings):
        raise NotAJsonBody


def _check_address(path: str, query: bytes) -> None:
    if "\x00" in path:
        raise NotFound
    if b"\x00" in query or b"%00" in query:
        names = [name for name, value in parse_qsl(query.decode("latin-1")) if "\x00" in value]
        if not names:
            raise RequestNotUnderstood
        raise InvalidFields(tuple(Fault(place(("query", name)), _NUL) for name in names[:MOST]))


def parse(body: bytes) -> object:
    """The JSON value in `body`.

    Raises:
        NotJson: not UTF-8, not JSON, or one name twice in an object.
        TooDeep: more than 32 levels.
        InvalidFields: a string with NUL or half a character, or a number beyond 2^53.
    """
    try:
        value: object = json.loads(
            body.decode(),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_constant,
        )
    except UnicodeDecodeError:
        raise NotJson("It is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg}, at line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise TooDeep from None
    _check(value, escapes=b"\\u" in body)
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    unique = dict(pairs)
    if len(unique) < len(pairs):
        raise NotJson("An object holds one name twice.")
    return unique


def _integer(digits: str) -> object:
    short = len(digits) <= len(str(-LARGEST_INTEGER))
    return int(digits) if short and abs(int(digits)) <= LARGEST_INTEGER else _OUT_OF_RANGE


def _float(digits: str) -> object:
    value = float(digits)
    return value if math.isfinite(value) else _OUT_OF_RANGE


def _constant(name: str) -> object:
    raise NotJson(f"{name} is no JSON number.")


def _check(value: object, *, escapes: bool) -> None:
    """Most bodies are sound and seen once, without paths; only one that is not is searched."""
    if _is_sound(value, escapes=escapes):
        return
    found = (
        Fault(place(path), reason) for path, leaf in _leaves(value) if (reason := _trouble(leaf))
    )
    raise InvalidFields(tuple(islice(found, MOST)))


def _is_sound(value: object, *, escapes: bool) -> bool:
    """Level by level, never recursive. Without an escape no string can hold what JSON forbids."""
    level = [value]
    for _ in range(MAX_DEPTH):
        if any(here is _OUT_OF_RANGE for here in level):
            return False
        if escapes and any(map(_trouble, level)):
            return False
        level = list(chain.from_iterable(map(_inner, level)))
        if not level:
            return True
    raise TooDeep


def _inner(here: object) -> Iterable[object]:
    match here:
        case dict():
            return (*here, *here.values())
        case list():
            return here
        case _:
            return ()


def _trouble(leaf: object) -> str | None:
    if leaf is _OUT_OF_RANGE:
        return "is a number beyond 2^53"
    if not isinstance(leaf, str):
        return None
    if "\x00" in leaf:
        return _NUL
    return "holds half a character" if _HALF.search(leaf) else None


def _leaves(value: object) -> Iterator[tuple[tuple[int | str, ...], object]]:
    """Every leaf, names too, with its path."""
    waiting: list[tuple[tuple[int | str, ...], object]] = [(("body",), value)]
    while waiting:
        path, here = waiting.pop()
        match here:
            case dict():
                yield from ((path, name) for name in here)
                waiting += [((*path, name), inner) for name, inner in here.items()]
            case list():
                waiting += [((*path, index), inner) for index, inner in enumerate(here)]
            case _:
                yield path, here
