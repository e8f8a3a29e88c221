"""The generated files say what the code says, and hang together."""

import json
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.contracts.catalogue import CATALOGUE
from shared.contracts.publish.annotations import described, meaning_of
from shared.contracts.publish.artifacts import CONTRACTS, REFERENCE, artifacts
from shared.contracts.publish.reference import nested
from shared.contracts.streams import STREAMS, services
from shared.contracts.upcasts import UPCASTS
from shared.vault.sealing import personal_fields

ROOT = Path(__file__).parents[2]
Document = dict[str, Any]
REMEDY = "run: python -m shared.contracts.publish"


def stale(root: Path) -> list[str]:
    """The generated files that are missing or not what the code says."""
    return [
        str(path)
        for path, content in artifacts().items()
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != content
    ]


def test_the_generated_files_are_up_to_date() -> None:
    assert stale(ROOT) == [], REMEDY


def test_a_changed_or_missing_file_is_found(tmp_path: Path) -> None:
    for path, content in artifacts().items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    assert stale(tmp_path) == []
    (tmp_path / CONTRACTS / "asyncapi.yaml").unlink()
    (tmp_path / REFERENCE / "cases.md").write_text("no longer true", encoding="utf-8")
    assert stale(tmp_path) == ["shared/contracts/asyncapi.yaml", "docs/events/cases.md"]


def test_nothing_else_stands_beside_the_generated_files() -> None:
    kept = {path.name for path in artifacts()} | {f"{wire}.json" for wire in UPCASTS}
    there = [*(ROOT / CONTRACTS / "schemas").iterdir(), *(ROOT / REFERENCE).iterdir()]
    assert {path.name for path in there} <= kept


def test_the_same_code_gives_the_same_files() -> None:
    assert artifacts() == artifacts()


def test_every_event_belongs_to_exactly_one_kind_of_stream_of_its_service() -> None:
    placed = [(stream.service, event) for stream in STREAMS for event in stream.events]
    assert sorted(placed, key=str) == sorted(
        ((contract.service, contract.event) for contract in CATALOGUE.contracts), key=str
    )


def test_every_event_and_every_field_of_it_says_what_it_means() -> None:
    events = [contract.event for contract in CATALOGUE.contracts]
    shapes = [shape for shape in [*events, *nested(events)] if not issubclass(shape, Enum)]
    silent = [shape.__name__ for shape in shapes if not meaning_of(shape)]
    silent += [
        f"{shape.__name__}.{field.name}"
        for shape in shapes
        for field in described(shape)
        if not field.meaning
    ]
    assert silent == []


def test_no_two_kinds_of_stream_have_one_name() -> None:
    kinds = [stream.kind for stream in STREAMS]
    assert len(kinds) == len(set(kinds))


def test_events_with_sealed_fields_stand_in_streams_with_a_subject() -> None:
    assert [
        event.__name__
        for stream in STREAMS
        for event in stream.events
        if personal_fields(event) and stream.subject is None
    ] == []


@pytest.fixture(scope="module")
def asyncapi() -> Document:
    text = (ROOT / CONTRACTS / "asyncapi.yaml").read_text(encoding="utf-8")
    document: Document = yaml.safe_load(text)
    return document


def test_each_service_has_its_topic(
    asyncapi: Document,
) -> None:
    assert asyncapi["asyncapi"] == "3.0.0"
    assert list(asyncapi["channels"]) == services()
    assert {channel["address"] for channel in asyncapi["channels"].values()} == set(services())


def test_each_event_is_a_message_of_its_topic(
    asyncapi: Document,
) -> None:
    for service, channel in asyncapi["channels"].items():
        names = [c.event.__name__ for c in CATALOGUE.contracts if c.service == service]
        messages = channel["messages"]
        assert isinstance(messages, dict)
        assert list(messages) == names


def test_every_reference_leads_somewhere(
    asyncapi: Document,
) -> None:
    found = list(references(asyncapi))
    assert found
    for reference in found:
        if reference.startswith("#/"):
            assert follow(asyncapi, reference), reference
        else:
            schema = json.loads((ROOT / CONTRACTS / reference).read_text(encoding="utf-8"))
            assert all(follow(schema, inner) for inner in references(schema)), reference


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(target := node.get("$ref"), str):
            yield target
        for child in node.values():
            yield from references(child)
    if isinstance(node, list):
        for child in node:
            yield from references(child)


def follow(document: object, reference: str) -> bool:
    for step in reference.removeprefix("#/").split("/"):
        if not isinstance(document, dict) or step not in document:
            return False
        document = document[step]
    return True
