"""Every setting: one class for each concern, read from environment variables `VCMS_…` or, where one
is not set, from a file of its name in the folder `VCMS_SECRETS`."""

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "VCMS_"
SECRETS = "VCMS_SECRETS"

S = TypeVar("S", bound=BaseSettings)


class SettingsAreWrong(ValueError):
    """Settings are missing or malformed: one line for each names the variable, never its value."""


def _postgresql(address: str) -> str:
    try:
        known = make_url(address).get_backend_name() in {"postgresql", "postgres"}
    except (ArgumentError, ValueError):
        known = False
    if not known:
        raise ValueError("no address of PostgreSQL")
    return address


Database = Annotated[str, AfterValidator(_postgresql)]
Brokers = Annotated[str, Field(pattern=r"^[^\s,]+:\d+(,[^\s,]+:\d+)*$")]
Website = Annotated[str, Field(pattern=r"^https?://[^\s/]+")]


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, hide_input_in_errors=True, env_ignore_empty=True
    )


class StoreSettings(_Settings):
    """The service's own database, once for each of its three roles."""

    database_url: Database = Field(
        repr=False, description="`postgresql://…` of the service's writer role."
    )
    reader_url: Database = Field(
        repr=False, description="`postgresql://…` of the service's reader role."
    )


class MigrationSettings(_Settings):
    """What `vcms migrate` needs."""

    migrator_url: Database = Field(
        repr=False, description="`postgresql://…` of the service's migrator role."
    )


class KeySettings(_Settings):
    """Where sealing keys stand, and what wraps them."""

    keys_url: Database = Field(repr=False, description="`postgresql://…` of the `keys` database.")
    key_file: Path = Field(description="File with the 32 bytes that wrap the sealing keys.")


class KafkaSettings(_Settings):
    kafka_bootstrap: Brokers = Field(description="Kafka brokers, as `host:port,host:port`.")


class IdentitySettings(_Settings):
    """Any OpenID Connect provider that issues JWT access tokens."""

    oidc_issuer: Website = Field(
        description="Issuer, exactly as in its tokens; its discovery document is fetched from here."
    )
    oidc_audience: str = Field(description="The audience that an access token must name.")
    oidc_organisation_claim: str = Field(
        default="organisation",
        description="Path of the claim with the organisation's UUID; dots lead into objects.",
    )
    oidc_roles_claim: str = Field(
        default="roles",
        description="Path of the claim with the roles, as in `realm_access.roles`.",
    )


class HttpSettings(_Settings):
    http_host: str = Field(default="127.0.0.1", description="Address to listen on.")
    http_port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on.")


class S3Settings(_Settings):
    """The object store with evidence."""

    s3_endpoint: Website = Field(
        description="`http(s)://host:port` of the object store, as browsers too must reach it."
    )
    s3_access_key: str = Field(repr=False, description="Access key of the object store.")
    s3_secret_key: str = Field(repr=False, description="Secret key of the object store.")
    s3_bucket: str = Field(description="The service's bucket.")
    s3_region: str = Field(default="us-east-1", description="Region that requests are signed for.")


class EvidenceSettings(_Settings):
    download_link_seconds: int = Field(
        default=60, ge=1, le=60, description="How long a download link works, in seconds."
    )
    upload_link: timedelta = Field(
        default=timedelta(minutes=15), description="How long the link for one part works."
    )
    part_size: int = Field(
        default=8 * 1024 * 1024,
        ge=5 * 1024 * 1024,
        description="Size of an uploaded part, in bytes.",
    )


class SmtpSettings(_Settings):
    smtp_host: str = Field(description="Mail server.")
    smtp_port: int = Field(default=25, ge=1, le=65535, description="Its port.")
    smtp_sender: str = Field(description="Address that notifications come from.")
    smtp_user: str | None = Field(default=None, description="User, where the server asks for one.")
    smtp_password: str | None = Field(
        default=None, repr=False, description="Password, where the server asks for one."
    )
    smtp_starttls: bool = Field(default=False, description="Whether to encrypt by STARTTLS.")


class TelemetrySettings(_Settings):
    otlp_endpoint: Website | None = Field(
        default=None,
        description="Base URL of an OpenTelemetry collector (OTLP over HTTP); unset: no export.",
    )


class OfferSettings(_Settings):
    """How long an offer waits for its answer before it expires."""

    offer_emergency: timedelta = Field(
        default=timedelta(hours=24), description="Life of an emergency offer."
    )
    offer_urgent: timedelta = Field(
        default=timedelta(hours=72), description="Life of an urgent offer."
    )
    offer_normal: timedelta = Field(
        default=timedelta(days=14), description="Life of any other offer."
    )


Waits = Annotated[tuple[timedelta, ...], NoDecode]


class ReminderSettings(_Settings):
    """After how long a silence somebody is reminded; several times, separated by commas."""

    remind_emergency: Waits = Field(
        default=(timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6)),
        description="Reminders of an unanswered emergency offer.",
    )
    remind_urgent: Waits = Field(
        default=(timedelta(hours=24), timedelta(hours=48)),
        description="Reminders of an unanswered urgent offer.",
    )
    remind_normal: Waits = Field(
        default=(timedelta(days=7), timedelta(days=12)),
        description="Reminders of any other unanswered offer.",
    )
    remind_arrival: Waits = Field(
        default=(timedelta(hours=24), timedelta(hours=72)),
        description="Reminders of an arrival that nobody has confirmed.",
    )

    @field_validator("*", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


CONCERNS: tuple[type[BaseSettings], ...] = (
    StoreSettings,
    MigrationSettings,
    KeySettings,
    KafkaSettings,
    IdentitySettings,
    HttpSettings,
    S3Settings,
    EvidenceSettings,
    SmtpSettings,
    OfferSettings,
    ReminderSettings,
    TelemetrySettings,
)


def load(concern: type[S]) -> S:
    """The settings of one concern, from the environment and the folder of secrets.

    Raises:
        SettingsAreWrong: naming each variable that is missing or malformed.
    """
    try:
        return concern(_secrets_dir=_secrets())
    except ValidationError as error:
        raise SettingsAreWrong("\n".join(_complaints(concern, error).values())) from None
    except OSError as unreadable:
        raise SettingsAreWrong(f"{SECRETS}: {unreadable.strerror}.") from None


def _secrets() -> str | None:
    folder = os.environ.get(SECRETS)
    if folder and not os.access(f"{folder}/", os.R_OK | os.X_OK):
        raise SettingsAreWrong(f"{SECRETS} names no folder that can be read.")
    return folder or None


def complaints(concern: type[BaseSettings]) -> Mapping[str, str]:
    """What is wrong with one concern's settings: a line for each variable."""
    try:
        concern()
    except ValidationError as error:
        return _complaints(concern, error)
    return {}


def variable(field: str) -> str:
    return PREFIX + field.upper()


def _complaints(concern: type[BaseSettings], error: ValidationError) -> Mapping[str, str]:
    found = {}
    for fault in error.errors(include_input=False, include_url=False):
        field = _field_of(concern, fault["loc"])
        info = concern.model_fields[field]
        form = _FORMS.get(info.annotation, "")
        found[variable(field)] = f"{variable(field)} {_trouble(fault)}: {info.description}{form}"
    return found


_FORMS: Mapping[object, str] = {
    timedelta: " Written as in `PT30M` or `P14D`.",
    tuple[timedelta, ...]: " Written as in `PT30M,PT2H`.",
    int: " A whole number.",
    bool: " `true` or `false`.",
}


def _field_of(concern: type[BaseSettings], place: tuple[int | str, ...]) -> str:
    """The field's name, however the source spells it."""
    name = str(place[0]).lower().removeprefix(PREFIX.lower())
    return name if name in concern.model_fields else next(iter(concern.model_fields))


def _trouble(fault: ErrorDetails) -> str:
    limits = fault.get("ctx", {})
    match fault["type"]:
        case "missing":
            return "is not set"
        case "greater_than_equal":
            return f"is below {limits['ge']}"
        case "less_than_equal":
            return f"is above {limits['le']}"
        case _:
            return "is malformed"
