"""One value sealed to one place: AES-256-GCM, bound to the stream, the event and the field.

Token: base64url(96-bit random nonce ‖ ciphertext ‖ 128-bit tag) without padding. The plaintext is
the value as JSON; the associated data is the JSON array [stream, event id, field].
"""

from base64 import urlsafe_b64encode
from binascii import Error as NotBase64
from binascii import a2b_base64
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints, overload
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from shared.contracts.envelope import Envelope
from shared.contracts.marks import Clear, Personal, PlaintextInEvent, Sealed
from shared.runtime.randomness import RANDOMNESS
from shared.vault.errors import AnotherShape, CannotSeal, NotAToken, NotSealedHere

E = TypeVar("E")
T = TypeVar("T")

KEY_SIZE = 32
NONCE_SIZE = 12
TAG_SIZE = 16

_ADAPTERS: dict[object, TypeAdapter[Any]] = {}
# To the alphabet that the decoder knows; what is outside ours becomes a character outside its.
_STANDARD_ALPHABET = str.maketrans("-_+/=", "+/   ")


@dataclass(frozen=True, slots=True)
class Place:
    """The event that a field belongs to."""

    stream: str
    event_id: UUID


@dataclass(frozen=True, slots=True)
class Located:
    """A sealed value with all that is needed to open it: what a read model keeps, as one string
    `subject/stream/event id/field/token`."""

    subject: UUID
    place: Place
    field: str
    sealed: Sealed


def seal(event: E, key: bytes, place: Place) -> E:
    """The same event with each `Clear` field sealed under the subject's 32-byte key.

    Raises:
        CannotSeal: a value does not fit its field; the message names the field alone.
    """
    if not is_dataclass(event) or isinstance(event, type):
        return event
    shapes = personal_fields(event.__class__)
    clear = {name: value for name in shapes if isinstance(value := getattr(event, name), Clear)}
    if not clear:
        return event
    cipher = AESGCM(key)
    sealed = {
        name: _seal_field(cipher, _as_json(value.value, shapes[name], name), place, name)
        for name, value in clear.items()
    }
    return replace(event, **sealed)


def open_sealed(sealed: Sealed, key: bytes, place: Place, field: str) -> bytes:
    """The value as JSON bytes.

    Raises:
        NotAToken: cut off or damaged.
        NotSealedHere: sealed for another place or under another key, or altered.
    """
    raw = _token_bytes(sealed.token)
    try:
        return AESGCM(key).decrypt(raw[:NONCE_SIZE], raw[NONCE_SIZE:], _bound_to(place, field))
    except InvalidTag:
        raise NotSealedHere(field) from None


@overload
def locate(envelope: Envelope, field: str, value: Personal[T]) -> str: ...
@overload
def locate(envelope: Envelope, field: str, value: Personal[T] | None) -> str | None: ...
def locate(envelope: Envelope, field: str, value: Personal[T] | None) -> str | None:
    """What a read model keeps of a sealed field: one string with all that opening it needs.

    Raises:
        PlaintextInEvent: the value is not sealed, or the envelope names no subject.
    """
    if value is None:
        return None
    if isinstance(value, Clear) or envelope.subject is None:
        raise PlaintextInEvent
    return f"{_within(envelope)}/{field}/{value.token}"


def locate_all(envelope: Envelope, event: object) -> dict[str, str]:
    """As `locate`, of each personal field that has a value.

    Raises:
        PlaintextInEvent: a value is not sealed, or the envelope names no subject.
    """
    if not is_dataclass(event) or isinstance(event, type):
        return {}
    values = {name: getattr(event, name) for name in personal_fields(event.__class__)}
    kept = {name: value for name, value in values.items() if value is not None}
    if kept and envelope.subject is None:
        raise PlaintextInEvent
    within = _within(envelope) if kept else ""
    return {name: f"{within}/{name}/{_token(value)}" for name, value in kept.items()}


def _token(value: object) -> str:
    if not isinstance(value, Sealed):
        raise PlaintextInEvent
    return value.token


def _within(envelope: Envelope) -> str:
    return f"{envelope.subject}/{envelope.stream}/{envelope.id}"


def parse_located(text: str) -> Located:
    """Raises NotAToken: this is no located value."""
    try:
        subject, stream, event_id, field, token = text.split("/")
        return Located(UUID(subject), Place(stream, UUID(event_id)), field, Sealed(token))
    except ValueError:
        raise NotAToken("located") from None


def typed(value: bytes, shape: type[T]) -> T:
    """The opened JSON as a value of `shape`.

    Raises:
        AnotherShape: it is not one; the message holds no value.
    """
    try:
        return _adapter(shape).validate_json(value)
    except ValidationError:
        raise AnotherShape(str(shape)) from None


@lru_cache(maxsize=1024)
def personal_fields(event: type) -> Mapping[str, TypeAdapter[object]]:
    """The fields that are declared `Personal[T]`, each with the adapter of its `T`."""
    hints = get_type_hints(event)
    found = {field.name: _personal(hints[field.name]) for field in fields(event)}
    return {name: adapter for name, adapter in found.items() if adapter is not None}


def _personal(declared: object) -> TypeAdapter[object] | None:
    for member in get_args(declared):
        if get_origin(member) is Clear:
            (shape,) = get_args(member)
            return TypeAdapter(shape)
    return None


def _adapter(shape: type[T]) -> TypeAdapter[T]:
    """Made once for each shape: there are no more of them than declared fields."""
    if shape not in _ADAPTERS:
        _ADAPTERS[shape] = TypeAdapter(shape)
    return _ADAPTERS[shape]


def _as_json(value: object, shape: TypeAdapter[object], field: str) -> bytes:
    try:
        # A value of another type would only be warned of, in words that hold the value.
        return shape.dump_json(value, warnings="error")
    except (PydanticSerializationError, UnicodeEncodeError):
        raise CannotSeal(field) from None


def _seal_field(cipher: AESGCM, value: bytes, place: Place, field: str) -> Sealed:
    nonce = RANDOMNESS.take(NONCE_SIZE)
    sealed = nonce + cipher.encrypt(nonce, value, _bound_to(place, field))
    return Sealed(urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii"))


def _bound_to(place: Place, field: str) -> bytes:
    return orjson.dumps((place.stream, place.event_id, field))


def _token_bytes(token: str) -> bytes:
    padded = token.translate(_STANDARD_ALPHABET) + "=" * (-len(token) % 4)
    try:
        raw = a2b_base64(padded, strict_mode=True)
    except (NotBase64, ValueError):
        raise NotAToken("token") from None
    if len(raw) <= NONCE_SIZE + TAG_SIZE:
        raise NotAToken("token")
    return raw
