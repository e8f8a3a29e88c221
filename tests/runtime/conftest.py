"""The register of houses, called by somebody who is signed in."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.runtime.issuer import Issuer
from tests.runtime.register import build, calling


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
async def client(issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    """Signed in with every role; each test names its own idempotency keys."""
    async with calling(build(issuer)) as client:
        client.headers["Authorization"] = f"Bearer {issuer.token()}"
        yield client
