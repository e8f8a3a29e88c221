"""The platform's topics and messages as an AsyncAPI 3.0 document."""

from collections.abc import Sequence

from shared.contracts.catalogue import Contract
from shared.contracts.envelope import JsonObject
from shared.contracts.publish.annotations import meaning_of
from shared.contracts.publish.json_schema import DIALECT
from shared.contracts.streams import STREAMS, services

CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8"
BINDING_VERSION = "0.5.0"


def document(contracts: Sequence[Contract], version: str) -> JsonObject:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Victim Case Management System: events",
            "version": version,
            "description": "Every fact of every service, as CloudEvents 1.0 in canonical JSON "
            "(RFC 8785). A topic has one partition and holds its service's one gapless line.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {service: channel(service, contracts) for service in services()},
        "operations": {f"publish_{service}": operation(service) for service in services()},
        "components": {
            "messages": {contract.event.__name__: message(contract) for contract in contracts}
        },
    }


def channel(service: str, contracts: Sequence[Contract]) -> JsonObject:
    names = [contract.event.__name__ for contract in contracts if contract.service == service]
    return {
        "address": service,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {
            "kafka": {
                "topic": service,
                "partitions": 1,
                "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": -1},
                "bindingVersion": BINDING_VERSION,
            }
        },
    }


def operation(service: str) -> JsonObject:
    return {"action": "send", "channel": {"$ref": f"#/channels/{service}"}}


def message(contract: Contract) -> JsonObject:
    kinds = [stream.kind for stream in STREAMS if contract.event in stream.events]
    return {
        "name": contract.type,
        "title": contract.event.__name__,
        "summary": meaning_of(contract.event),
        "contentType": CONTENT_TYPE,
        "headers": {
            "type": "object",
            "properties": {
                "ce_id": {"type": "string", "format": "uuid"},
                "ce_type": {"const": contract.type},
                "ce_sequence": {"type": "string", "pattern": "^[0-9]{20}$"},
            },
        },
        "payload": {
            "schemaFormat": f"application/schema+json;version={DIALECT.split('/')[3]}",
            "schema": {"$ref": f"./schemas/{contract.type}.json"},
        },
        "bindings": {
            "kafka": {
                "key": {
                    "type": "string",
                    "description": "The stream.",
                    "pattern": f"^({'|'.join(kinds)})-",
                },
                "bindingVersion": BINDING_VERSION,
            }
        },
    }
