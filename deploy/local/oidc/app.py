"""The provider's three pages: discovery document, public keys, token endpoint."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from deploy.local.oidc.tokens import LIFETIME_SECONDS, Tokens
from deploy.local.people import BY_KEY

Answer = Mapping[str, object]

NOT_KEPT = {"Cache-Control": "no-store"}


def provider(tokens: Tokens, client_secrets: Mapping[str, str]) -> FastAPI:
    """An application that signs for the clients whose secrets are given."""
    app = FastAPI(title="Development OpenID provider", docs_url=None, redoc_url=None)

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Answer:
        return {
            "issuer": tokens.issuer,
            "jwks_uri": f"{tokens.issuer}/jwks",
            "token_endpoint": f"{tokens.issuer}/token",
            "authorization_endpoint": f"{tokens.issuer}/authorize",
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "subject_types_supported": ["public"],
            "response_types_supported": [],
            "scopes_supported": ["openid"],
        }

    @app.get("/jwks")
    def keys() -> Answer:
        return {"keys": [tokens.key.as_dict(private=False)]}

    @app.post("/token")
    async def token(request: Request) -> JSONResponse:
        form = first_values(await request.body())
        client, secret = credentials(request.headers.get("Authorization", ""), form)
        known = client_secrets.get(client, "")
        if not known or not secrets.compare_digest(known.encode(), secret.encode()):
            return refusal("invalid_client", status=401)
        if form.get("grant_type") != "client_credentials":
            return refusal("unsupported_grant_type", status=400)
        return JSONResponse(granted(tokens, client, form.get("scope", "")), headers=NOT_KEPT)

    return app


def granted(tokens: Tokens, client: str, scope: str) -> Answer:
    person = BY_KEY[client]
    answer = {
        "access_token": tokens.access_token(person),
        "token_type": "Bearer",
        "expires_in": LIFETIME_SECONDS,
    }
    # No standard grant gives one here; tests ask for it to see that services refuse it.
    return {**answer, "id_token": tokens.id_token(person)} if scope == "openid" else answer


def credentials(authorization: str, form: Mapping[str, str]) -> tuple[str, str]:
    """Client id and secret, from the header (RFC 6749, 2.3.1) or else from the form."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote(client), unquote(secret)


def first_values(body: bytes) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def refusal(error: str, status: int) -> JSONResponse:
    return JSONResponse({"error": error}, status_code=status, headers=NOT_KEPT)
