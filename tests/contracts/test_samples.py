"""What was once recorded can be read for ever, and means the same."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from shared.contracts.catalogue import CATALOGUE
from shared.contracts.envelope import decode, encode
from shared.contracts.upcasts import UPCASTS
from shared.vault.sealing import personal_fields
from tests.contracts.samples import Sample, samples

SCHEMAS = Path("shared/contracts/schemas")

every_sample = pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.type)


def test_every_version_of_every_event_has_a_sample() -> None:
    versions = {contract.type for contract in CATALOGUE.contracts} | UPCASTS.keys()
    assert {sample.type for sample in samples()} == versions


@every_sample
def test_a_recorded_event_reads_as_it_always_did(sample: Sample) -> None:
    recorded = decode(json.dumps(sample.body).encode())
    event = CATALOGUE.read(recorded.type, recorded.data)
    assert recorded.type == sample.type
    assert (type(event).__name__, CATALOGUE.write(event)) == (sample.event, sample.data)


@every_sample
def test_a_recorded_event_is_written_again_byte_for_byte(sample: Sample) -> None:
    body = json.dumps(sample.body, sort_keys=True, separators=(",", ":")).encode()
    assert encode(decode(body)) == body


@every_sample
def test_what_was_sealed_still_fits_its_field(sample: Sample) -> None:
    recorded = decode(json.dumps(sample.body).encode())
    event = CATALOGUE.read(recorded.type, recorded.data)
    shapes = personal_fields(CATALOGUE.of(event).event)
    assert sample.clear.keys() == shapes.keys()
    for name, clear in sample.clear.items():
        value = shapes[name].validate_json(json.dumps(clear))
        assert json.loads(shapes[name].dump_json(value)) == clear


@every_sample
def test_the_published_schema_describes_what_is_recorded(sample: Sample) -> None:
    schema = json.loads((SCHEMAS / f"{sample.type}.json").read_text(encoding="utf-8"))
    Draft7Validator.check_schema(schema)
    validator = Draft7Validator(schema)
    assert [error.message for error in validator.iter_errors(sample.body)] == []
    for attribute in sample.body:
        cut = {name: value for name, value in sample.body.items() if name != attribute}
        assert not validator.is_valid(cut), attribute
