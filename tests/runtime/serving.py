"""The register of houses as a process: `python -m tests.runtime.serving`."""

from shared.runtime.serve import serve
from tests.runtime.issuer import Issuer
from tests.runtime.register import build

if __name__ == "__main__":
    serve("referrals", lambda: build(Issuer()))
