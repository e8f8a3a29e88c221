"""The same echo; a verified token is remembered until it expires, as our services do."""

from fastapi import FastAPI

from bench.command_api.echo import echo
from shared.runtime.identity import Verifier
from shared.runtime.settings import IdentitySettings, load


def create() -> FastAPI:
    return echo(Verifier(load(IdentitySettings)))
