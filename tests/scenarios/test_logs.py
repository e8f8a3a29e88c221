"""What the services log is for programs to read, and names the service."""

import json

import pytest

from deploy.layout import SERVICES
from tests.scenarios.conftest import Played
from tests.scenarios.stack import INSTANCES, Whole

pytestmark = [pytest.mark.stack, pytest.mark.chaos]


@pytest.mark.parametrize("service", SERVICES)
def test_every_line_is_json_that_names_its_service(
    whole: Whole, played: Played, service: str
) -> None:
    for instance in range(1, INSTANCES + 1):
        log = (whole.home.logs / f"{service}-{instance}.log").read_text("utf-8")
        lines = [json.loads(line) for line in log.splitlines()]
        assert lines
        assert {line["service"] for line in lines} == {service}
