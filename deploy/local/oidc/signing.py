"""The provider's signing key, made once and kept in a private file."""

from pathlib import Path

from joserfc.jwk import KeyParameters, RSAKey

from deploy.local.secret_file import write_private

KEY: KeyParameters = {"use": "sig", "alg": "RS256"}


def signing_key(file: Path) -> RSAKey:
    """The RSA key in `file` (PEM); its id is its thumbprint, so it is the same at each start."""
    if not file.exists():
        made = RSAKey.generate_key(2048, private=True)
        write_private(file, made.as_pem(private=True))
    key = RSAKey.import_key(file.read_bytes(), KEY)
    key.ensure_kid()
    return key
