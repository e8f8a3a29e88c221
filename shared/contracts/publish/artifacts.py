"""Each generated file by its path in the repository. The same code gives the same bytes."""

import json
from importlib.metadata import version
from pathlib import PurePosixPath

import yaml

from shared.contracts.catalogue import CATALOGUE
from shared.contracts.publish.asyncapi import document
from shared.contracts.publish.json_schema import envelope_schema
from shared.contracts.publish.reference import page
from shared.contracts.streams import services

CONTRACTS = PurePosixPath("shared/contracts")
REFERENCE = PurePosixPath("docs/events")


def artifacts() -> dict[PurePosixPath, str]:
    return schemas() | {CONTRACTS / "asyncapi.yaml": asyncapi()} | pages()


def schemas() -> dict[PurePosixPath, str]:
    return {
        CONTRACTS / "schemas" / f"{contract.type}.json": json.dumps(
            envelope_schema(contract), indent=2, ensure_ascii=False
        )
        + "\n"
        for contract in CATALOGUE.contracts
    }


def asyncapi() -> str:
    return yaml.safe_dump(
        document(CATALOGUE.contracts, version("vcms")),
        sort_keys=False,
        allow_unicode=True,
        width=100,
    )


def pages() -> dict[PurePosixPath, str]:
    return {
        REFERENCE / f"{service}.md": page(
            service,
            [contract for contract in CATALOGUE.contracts if contract.service == service],
        )
        for service in services()
    }
