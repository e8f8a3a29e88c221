"""`python -m bench.command_api.serve NAME`: one of the peers, served exactly as ours are."""

import os
import sys
from importlib import import_module

import uvicorn

from bench.command_api.raw import application
from shared.runtime.serve import serve

if __name__ == "__main__":
    name = sys.argv[1]
    if name == "raw":
        port = int(os.environ["VCMS_HTTP_PORT"])
        uvicorn.run(application, port=port, access_log=False, log_config=None, lifespan="off")
    else:
        serve(name, import_module(f"bench.command_api.{name}").create)
