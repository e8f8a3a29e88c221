"""`stack.json`: every address and credential of a running stack, for tools; no service reads it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.layout import BUCKETS, TOPICS
from deploy.local.home import Home
from deploy.local.openid import OpenId
from deploy.local.part import Part
from deploy.local.people import PEOPLE, Person
from deploy.local.ports import HOST
from deploy.local.secret_file import write_private
from deploy.local.service_settings import Parts
from deploy.local.services import Service

Entry = Mapping[str, object]


def write(parts: Parts, services: Sequence[Service]) -> None:
    """Writes the file anew, whole or not at all, for its owner alone."""
    admin = parts.s3.identity()
    content: Entry = {
        "services": {
            service.service: service_entry(parts, service)
            for service in services
            if service.instance == 1
        },
        "kafka": {"bootstrap": parts.kafka.bootstrap, "topics": list(TOPICS)},
        "s3": {
            "endpoint": parts.s3.endpoint,
            "access_key": admin.access_key,
            "secret_key": admin.secret_key,
            "buckets": list(BUCKETS),
        },
        "oidc": {"issuer": parts.openid.issuer, "token_endpoint": parts.openid.token_endpoint},
        "smtp": {"host": HOST, "port": parts.mail.port},
        "people": people(parts.openid),
        "processes": programs(parts, services),
        "data_directories": [str(path) for path in data_directories(parts.home)],
    }
    save(parts.home, content)


def forget_programs(home: Home) -> None:
    """After `down`: the addresses and folders still say where everything was."""
    if home.stack_file.exists():
        content = json.loads(home.stack_file.read_text())
        save(home, {**content, "processes": []})


def save(home: Home, content: Entry) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False)
    write_private(home.stack_file, text.encode())


def service_entry(parts: Parts, service: Service) -> Entry:
    return {
        "url": service.url,
        "database": parts.databases.url(service.service, "writer"),
        "admin_database": parts.postgres.url(service.service),
    }


def people(openid: OpenId) -> list[Entry]:
    tokens = openid.tokens(PEOPLE)
    return [person_entry(openid, person, tokens[person]) for person in PEOPLE]


def person_entry(openid: OpenId, person: Person, token: str) -> Entry:
    return {
        "name": person.name,
        "organisation": str(person.organisation.id),
        "roles": [role.value for role in person.roles],
        "token": token,
        "renew": {"url": openid.token_endpoint, "form": openid.form(person)},
    }


def programs(parts: Parts, services: Sequence[Service]) -> list[Entry]:
    infrastructure = [parts.postgres, parts.kafka, parts.s3, parts.openid, parts.mail]
    return [
        *(program(part, part.directory.name, 1) for part in infrastructure),
        *(program(service, service.service, service.instance) for service in services),
    ]


def program(part: Part, name: str, instance: int) -> Entry:
    log = str(part.log.resolve())
    return {"name": name, "instance": instance, "pid": part.running.pid, "log": log}


def data_directories(home: Home) -> Sequence[Path]:
    """Where anything that the product wrote can stand."""
    return (
        home.part("postgres") / "cluster",
        home.part("kafka") / "logs",
        home.part("s3") / "objects",
        home.logs,
    )
