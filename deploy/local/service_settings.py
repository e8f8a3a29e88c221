"""The environment of each service: no service gets more than it needs."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic_settings import BaseSettings

from deploy.layout import BUCKET_OF, KEYS, MAILING, SEALING
from deploy.local.databases import Databases
from deploy.local.home import Home
from deploy.local.kafka import Kafka
from deploy.local.mail import Mail
from deploy.local.oidc.tokens import AUDIENCE
from deploy.local.openid import OpenId
from deploy.local.ports import HOST
from deploy.local.postgres import Postgres
from deploy.local.refusals import MalformedSetting
from deploy.local.s3 import S3
from deploy.local.supervision import plain_environment
from shared.runtime.settings import (
    CONCERNS,
    HttpSettings,
    IdentitySettings,
    KafkaSettings,
    KeySettings,
    S3Settings,
    SmtpSettings,
    StoreSettings,
    complaints,
    variable,
)


@dataclass(frozen=True)
class Parts:
    """What the services stand on, all running."""

    home: Home
    postgres: Postgres
    kafka: Kafka
    s3: S3
    openid: OpenId
    mail: Mail

    @property
    def databases(self) -> Databases:
        return Databases(self.home, self.postgres)


def environment(parts: Parts, service: str, port: int) -> dict[str, str]:
    """Every variable that one instance of a service sees."""
    return {
        **plain_environment(),
        **chosen_by_caller(),
        **in_words(store(parts, service)),
        **in_words(KafkaSettings(kafka_bootstrap=parts.kafka.bootstrap)),
        **in_words(IdentitySettings(oidc_issuer=parts.openid.issuer, oidc_audience=AUDIENCE)),
        **in_words(HttpSettings(http_host=HOST, http_port=port)),
        **(in_words(keys(parts)) if service in SEALING else {}),
        **(in_words(bucket(parts, service)) if service in BUCKET_OF else {}),
        **(in_words(smtp(parts)) if service in MAILING else {}),
    }


def store(parts: Parts, service: str) -> StoreSettings:
    return StoreSettings(
        database_url=parts.databases.url(service, "writer"),
        reader_url=parts.databases.url(service, "reader"),
    )


def keys(parts: Parts) -> KeySettings:
    return KeySettings(
        keys_url=parts.databases.url(KEYS, "sealer"), key_file=parts.home.wrapping_key
    )


def bucket(parts: Parts, service: str) -> S3Settings:
    identity = parts.s3.identity(service)
    return S3Settings(
        s3_endpoint=parts.s3.endpoint,
        s3_access_key=identity.access_key,
        s3_secret_key=identity.secret_key,
        s3_bucket=BUCKET_OF[service],
    )


def smtp(parts: Parts) -> SmtpSettings:
    return SmtpSettings(
        smtp_host=HOST, smtp_port=parts.mail.port, smtp_sender="notices@vcms.example"
    )


def in_words(settings: BaseSettings) -> Mapping[str, str]:
    """As environment variables, only what was said."""
    said = settings.model_dump(include=settings.model_fields_set)
    return {variable(field): str(value) for field, value in said.items()}


def chosen_by_caller() -> Mapping[str, str]:
    """Settings with a default, such as deadlines, that the caller's environment overrides."""
    choices = [
        variable(name)
        for concern in CONCERNS
        for name, field in concern.model_fields.items()
        if not field.is_required()
    ]
    return {name: os.environ[name] for name in choices if name in os.environ}


def check_chosen() -> None:
    """Raises MalformedSetting: the caller's environment holds what the services would refuse."""
    chosen = chosen_by_caller()
    lines = [
        line for concern in CONCERNS for name, line in complaints(concern).items() if name in chosen
    ]
    if lines:
        raise MalformedSetting(lines)
