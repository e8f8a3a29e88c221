"""One event's whole envelope as JSON Schema (draft-07, which AsyncAPI tools read)."""

from pydantic.json_schema import GenerateJsonSchema

from shared.contracts.catalogue import Contract
from shared.contracts.envelope import JsonObject
from shared.contracts.publish.annotations import Described, Mark, described, meaning_of
from shared.contracts.streams import StreamKind, stream_of

DIALECT = "http://json-schema.org/draft-07/schema#"

UUID = {"type": "string", "format": "uuid"}
UUID_PATTERN = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
MOMENT = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$",
}
OPTIONAL_ATTRIBUTES = {"traceparent"}


def envelope_schema(contract: Contract) -> JsonObject:
    stream = stream_of(contract.event)
    data = event_schema(contract)
    definitions = data.pop("$defs", {})
    properties = attributes(contract, stream) | {"data": data}
    return {
        "$schema": DIALECT,
        "$id": f"{contract.type}.json",
        "title": contract.event.__name__,
        "description": meaning_of(contract.event),
        "type": "object",
        "properties": properties,
        "required": sorted(properties.keys() - OPTIONAL_ATTRIBUTES),
        "additionalProperties": False,
        "definitions": definitions,
    }


def attributes(contract: Contract, stream: StreamKind) -> JsonObject:
    found: JsonObject = {
        "specversion": {"const": "1.0"},
        "datacontenttype": {"const": "application/json"},
        "id": UUID,
        "source": {"const": f"/vcms/{contract.service}"},
        "type": {"const": contract.type},
        "stream": {"type": "string", "pattern": f"^{stream.kind}-{UUID_PATTERN}$"},
        "streamversion": {"type": "integer", "minimum": 1},
        "sequence": {
            "type": "string",
            "pattern": "^[0-9]{20}$",
            "description": "The event's place in its service's one gapless line.",
        },
        "time": {**MOMENT, "description": "When it happened in the world."},
        "recordedtime": {**MOMENT, "description": "When it was recorded."},
        "actor": {
            "type": "string",
            "pattern": f"^(staff:{UUID_PATTERN}:{UUID_PATTERN}|system:[a-z]+)$",
        },
        "correlationid": UUID,
        "causationid": UUID,
        "nonce": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "traceparent": {"type": "string", "description": "W3C Trace Context."},
    }
    if stream.subject is not None:
        found["subject"] = {**UUID, "description": f"Whose key seals this: {stream.subject}."}
    return found


def event_schema(contract: Contract) -> JsonObject:
    schema: JsonObject = contract.adapter.json_schema(
        ref_template="#/definitions/{model}",
        schema_generator=PlainSchema,
        mode="validation",
    )
    properties = schema["properties"]
    assert isinstance(properties, dict)
    for field in described(contract.event):
        properties[field.name] = {**properties[field.name], **marked(field)}
    return schema


def marked(field: Described) -> JsonObject:
    """What the schema says of a field besides its form."""
    notes = [field.meaning] if field.meaning else []
    if field.mark is Mark.SEALED:
        notes.append("Sealed: base64url(nonce, AES-256-GCM ciphertext, tag) of the value as JSON.")
    if field.mark is Mark.PUBLIC:
        notes.append("Public: about an organisation or a service, not about a person.")
    return {"description": " ".join(notes)} if notes else {}


class PlainSchema(GenerateJsonSchema):
    """Pydantic's own, without a title for each field that only repeats its name."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False
