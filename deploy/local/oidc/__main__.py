"""`python -m deploy.local.oidc DIRECTORY PORT` runs the provider."""

import sys
from pathlib import Path

import uvicorn

from deploy.local.oidc.app import provider
from deploy.local.oidc.clients import client_secrets
from deploy.local.oidc.signing import signing_key
from deploy.local.oidc.tokens import Tokens
from deploy.local.ports import HOST


def main(directory: Path, port: int) -> None:
    tokens = Tokens(f"http://{HOST}:{port}", signing_key(directory / "signing.pem"))
    app = provider(tokens, client_secrets(directory / "clients.json"))
    uvicorn.run(app, host=HOST, port=port, access_log=False)


main(Path(sys.argv[1]), int(sys.argv[2]))
