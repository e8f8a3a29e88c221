"""Whatever is sent, the answer is a 4xx problem that names the field and repeats no value."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.runtime.body import MAX_BODY, parse
from shared.runtime.ids import new_id
from shared.runtime.problems import MEDIA_TYPE, Problem
from tests.runtime.register import CANARY

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Bad:
    """`field` is None where the body as a whole is wrong."""

    body: bytes | str
    status: int
    field: str | None = None


def house(**fields: object) -> str:
    return json.dumps({"name": "North House", **fields})


def raw(member: str) -> str:
    """A body with a member spelled as it stands."""
    return f'{{"name": "North House", {member}}}'


BODIES = {
    "not JSON": Bad(CANARY, 400),
    "half of JSON": Bad('{"name": "' + CANARY, 400),
    "two values": Bad('{"name": "x"} {}', 400),
    "not UTF-8": Bad(b'{"name": "\xff\xfe"}', 400),
    "UTF-16": Bad('{"name": "x"}'.encode("utf-16"), 400),
    "byte order mark": Bad('\ufeff{"name": "x"}', 400),
    "raw control character": Bad('{"name": "a\x00b"}', 400),
    "surrogate in raw bytes": Bad(b'{"name": "\xed\xa0\x80"}', 400),
    "NaN": Bad(raw('"beds": NaN'), 400),
    "Infinity": Bad(raw('"beds": -Infinity'), 400),
    "one name twice": Bad('{"name": "x", "name": "y"}', 400),
    "nesting of 10,000": Bad("[" * 10_000 + "]" * 10_000, 400),
    "nesting of 10,000 objects": Bad('{"a":' * 10_000 + "1" + "}" * 10_000, 400),
    "nesting of 33": Bad(raw('"note": ' + "[" * 33 + "]" * 33), 400),
    "empty body": Bad("", 422, "body"),
    "a list": Bad("[]", 422, "body"),
    "a string": Bad(f'"{CANARY}"', 422, "body"),
    "null": Bad("null", 422, "body"),
    "field missing": Bad("{}", 422, "name"),
    "field null": Bad('{"name": null}', 422, "name"),
    "unknown field": Bad(house(colour=CANARY), 422, "colour"),
    "unknown field with somebody's name": Bad(house(**{f"{CANARY} Doe": 1}), 422, "(unknown)"),
    "unknown field with a hyphen": Bad(house(**{"Ama-Doe": 1}), 422, "(unknown)"),
    "unknown field that is a long word": Bad(house(**{"x" * 65: 1}), 422, "(unknown)"),
    "unknown field of 64 letters": Bad(house(**{"x" * 64: 1}), 422, "x" * 64),
    "unknown field of an inner object": Bad(
        house(residents=[{"name": "a", "ដារា": 1}]), 422, "residents.0.(unknown)"
    ),
    "number for text": Bad('{"name": 7}', 422, "name"),
    "object for text": Bad('{"name": {"x": 1}}', 422, "name"),
    "empty text": Bad('{"name": "  "}', 422, "name"),
    "text too long": Bad(house(name="x" * 201), 422, "name"),
    "line break": Bad(house(name="a\r\nBcc: b"), 422, "name"),
    "NUL": Bad(house(note=f"{CANARY}\0"), 422, "note"),
    "NUL in an inner field": Bad(
        house(residents=[{"name": "a"}, {"name": "\0"}]), 422, "residents.1.name"
    ),
    "NUL in a field's name": Bad(house(**{"a\0b": 1}), 422, "body"),
    "lone surrogate": Bad(raw(f'"note": "{CANARY} \\ud800"'), 422, "note"),
    "surrogates the wrong way round": Bad(raw('"note": "\\ude00\\ud83d"'), 422, "note"),
    "inner field missing": Bad(house(residents=[{}]), 422, "residents.0.name"),
    "number too small": Bad(house(beds=-1), 422, "beds"),
    "number too large": Bad(house(beds=101), 422, "beds"),
    "number beyond 2^53": Bad(house(beds=2**53), 422, "beds"),
    "number of 5,000 digits": Bad(raw('"beds": ' + "9" * 5000), 422, "beds"),
    "number beyond all floats": Bad(raw('"beds": 1e999'), 422, "beds"),
    "half a bed": Bad(house(beds=1.5), 422, "beds"),
    "text for a number": Bad(house(beds=CANARY), 422, "beds"),
    "digits as text for a number": Bad(house(beds="1"), 422, "beds"),
    "true for a number": Bad(house(beds=True), 422, "beds"),
    "a fraction that is none": Bad(raw('"beds": 1.0'), 422, "beds"),
    "not in the list": Bad(house(urgency=CANARY), 422, "urgency"),
    "no UUID": Bad(house(keeper=CANARY), 422, "keeper"),
    "no yes or no": Bad(house(heated=CANARY), 422, "heated"),
    "no date": Bad(house(opened_on=CANARY), 422, "opened_on"),
    "year 0": Bad(house(opened_on="0000-01-01"), 422, "opened_on"),
    "year 1": Bad(house(opened_on="0001-01-01"), 422, "opened_on"),
    "year 9999": Bad(house(opened_on="9999-12-31"), 422, "opened_on"),
    "number for a date": Bad(house(opened_on=0), 422, "opened_on"),
    "digits for a date": Bad(house(opened_on="86400"), 422, "opened_on"),
    "date with a time": Bad(house(opened_on="2030-01-31T00:00:00"), 422, "opened_on"),
    "true for a date": Bad(house(opened_on=True), 422, "opened_on"),
    "month without a day": Bad(house(opened_on="2030-01"), 422, "opened_on"),
    "31 February": Bad(house(opened_on="2030-02-31"), 422, "opened_on"),
    "time without offset": Bad(house(inspected_at="2030-01-31T12:00:00"), 422, "inspected_at"),
    "time in the year 0": Bad(house(inspected_at="0000-01-01T00:00:00Z"), 422, "inspected_at"),
    "time past the last": Bad(house(inspected_at="9999-12-31T23:59:59-14:00"), 422, "inspected_at"),
    "time before the first": Bad(
        house(inspected_at="0001-01-01T00:00:00+14:00"), 422, "inspected_at"
    ),
    "time as a huge number": Bad(house(inspected_at=2**52), 422, "inspected_at"),
    "number for a time": Bad(house(inspected_at=0), 422, "inspected_at"),
    "milliseconds for a time": Bad(house(inspected_at=253402300800), 422, "inspected_at"),
    "fraction for a time": Bad(house(inspected_at=0.5), 422, "inspected_at"),
    "digits for a time": Bad(house(inspected_at="1700000000"), 422, "inspected_at"),
    "date for a time": Bad(house(inspected_at="2030-01-31"), 422, "inspected_at"),
    "time without seconds": Bad(house(inspected_at="2030-01-31T12:00Z"), 422, "inspected_at"),
    "digits of another script": Bad(house(opened_on="203\u0660-01-31"), 422, "opened_on"),
}


@pytest.mark.parametrize("case", BODIES)
async def test_a_bad_body_is_refused_and_the_field_named(
    case: str, client: httpx.AsyncClient
) -> None:
    bad = BODIES[case]
    content = bad.body.encode() if isinstance(bad.body, str) else bad.body
    headers = {**JSON, "Idempotency-Key": "k"}
    response = await client.post("/houses", content=content, headers=headers)
    assert response.status_code == bad.status
    assert response.headers["Content-Type"] == MEDIA_TYPE
    assert CANARY not in response.text
    named = [fault["field"] for fault in response.json().get("errors", [])]
    assert named == ([] if bad.field is None else [bad.field])
    assert (await client.get("/houses")).json()["items"] == []


@pytest.mark.parametrize(
    "moment",
    [
        "2030-01-31T12:00:00Z",
        "2030-01-31t12:00:00z",
        "2030-01-31T12:00:00.123456789+07:00",
        "2030-01-31T12:00:00-00:00",
    ],
)
async def test_a_time_may_be_said_in_each_spelling_of_rfc_3339(
    moment: str, client: httpx.AsyncClient
) -> None:
    body = {"name": "North House", "inspected_at": moment}
    response = await client.post("/houses", json=body, headers={"Idempotency-Key": "k"})
    assert response.status_code == 201


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        CANARY,
    ],
)
async def test_another_content_type_is_refused(
    content_type: str, client: httpx.AsyncClient
) -> None:
    headers = {"Content-Type": content_type, "Idempotency-Key": "k"}
    response = await client.post("/houses", content=house().encode(), headers=headers)
    assert response.status_code == 415
    assert CANARY not in response.text


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; Charset=UTF-8", "application/json;"]
)
async def test_json_may_be_said_in_each_of_its_spellings(
    content_type: str, client: httpx.AsyncClient
) -> None:
    headers = {"Content-Type": content_type, "Idempotency-Key": "k"}
    response = await client.post("/houses", content=house().encode(), headers=headers)
    assert response.status_code == 201


@pytest.mark.parametrize("codings", [["gzip"], ["br"], ["identity, gzip"], ["identity", "gzip"]])
async def test_a_compressed_body_is_refused(codings: list[str], client: httpx.AsyncClient) -> None:
    headers = [*JSON.items(), ("Idempotency-Key", "k")]
    headers += [("Content-Encoding", coding) for coding in codings]
    response = await client.post("/houses", content=house().encode(), headers=headers)
    assert response.status_code == 415
    assert response.json()["type"] == "/problems/not-a-json-body"


@pytest.mark.parametrize("coding", ["identity", "Identity", ""])
async def test_a_body_may_be_said_to_stand_as_it_is(coding: str, client: httpx.AsyncClient) -> None:
    headers = {**JSON, "Idempotency-Key": "k", "Content-Encoding": coding}
    response = await client.post("/houses", content=house().encode(), headers=headers)
    assert response.status_code == 201


async def test_two_megabytes_are_refused(client: httpx.AsyncClient) -> None:
    headers = {**JSON, "Idempotency-Key": "k"}
    response = await client.post("/houses", content=b"x" * 2_000_000, headers=headers)
    assert response.status_code == 413


async def test_two_megabytes_without_a_length_are_not_read_to_the_end(
    client: httpx.AsyncClient,
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 * MAX_BODY:
            sent += 65_536
            yield b"x" * 65_536

    headers = {**JSON, "Idempotency-Key": "k"}
    response = await client.post("/houses", content=endless(), headers=headers)
    assert response.status_code == 413
    assert sent <= MAX_BODY + 2 * 65_536


async def test_a_body_of_one_megabyte_is_read(client: httpx.AsyncClient) -> None:
    content = house().encode().ljust(MAX_BODY)
    headers = {**JSON, "Idempotency-Key": "k"}
    assert (await client.post("/houses", content=content, headers=headers)).status_code == 201


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        (f"cursor={CANARY}", "cursor"),
        ("cursor=bnVsbA", "cursor"),
        ("cursor=WyJcdTAwMDAiLCIwIl0", "cursor"),
        (f"urgency={CANARY}", "urgency"),
        (f"urgency={CANARY}%00", "urgency"),
    ],
)
async def test_a_bad_query_is_refused_and_the_parameter_named(
    query: str, field: str, client: httpx.AsyncClient
) -> None:
    response = await client.get(f"/houses?{query}")
    assert response.status_code == 422
    assert [fault["field"] for fault in response.json()["errors"]] == [field]
    assert CANARY not in response.text


async def test_absent_malformed_and_unknown_are_one_answer(client: httpx.AsyncClient) -> None:
    paths = [
        f"/houses/{new_id()}",
        f"/houses/{CANARY}",
        "/houses/%00",
        "/houses/%ED%A0%80",
        "/houses/1",
        f"/{CANARY}",
        "/houses/",
        "/",
    ]
    answers = [await client.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({str(sorted(answer.headers.items())) for answer in answers}) == 1


async def test_a_command_to_a_malformed_id_is_the_same_404(client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "k"}
    response = await client.post(f"/houses/{CANARY}/name", json={"name": "x"}, headers=headers)
    assert response.content == (await client.get(f"/houses/{new_id()}")).content


async def test_another_method_is_refused_and_the_right_one_named(
    client: httpx.AsyncClient,
) -> None:
    response = await client.delete(f"/houses/{new_id()}/name")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert response.json()["type"] == "/problems/method-not-allowed"


async def test_nobody_is_told_more_than_that_a_token_is_missing(
    client: httpx.AsyncClient,
) -> None:
    for authorization in ["", "Basic abc", "Bearer", f"Token {CANARY}"]:
        response = await client.get("/houses", headers={"Authorization": authorization})
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert CANARY not in response.text


async def test_a_refused_token_is_not_repeated(client: httpx.AsyncClient) -> None:
    response = await client.get("/houses", headers={"Authorization": f"Bearer {CANARY}"})
    assert response.status_code == 401
    assert CANARY not in response.text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None)
@given(json_values)
def test_what_passes_the_gate_is_what_was_sent(value: object) -> None:
    sent = json.dumps(value).encode()
    try:
        assert parse(sent) == value
    except Problem:
        assert not _is_storable(value)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_gate(body: bytes) -> None:
    with suppress(Problem):
        parse(body)


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(value=json_values)
async def test_no_json_breaks_a_command(client: httpx.AsyncClient, value: object) -> None:
    headers = {**JSON, "Idempotency-Key": "k"}
    for content in (json.dumps(value), json.dumps({"name": value}), json.dumps({"beds": value})):
        response = await client.post("/houses", content=content.encode(), headers=headers)
        assert response.status_code in {201, 400, 409, 422}


def _is_storable(value: object) -> bool:
    match value:
        case str():
            return "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
        case bool() | None:
            return True
        case int():
            return abs(value) < 2**53
        case float():
            return value == value and abs(value) != float("inf")
        case list():
            return all(map(_is_storable, value))
        case dict():
            return all(map(_is_storable, (*value, *value.values())))
        case _:
            return False
