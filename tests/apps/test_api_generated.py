"""The whole API with requests made from its own schema, right and wrong ones: no 5xx, and answers as described."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from infra.dev.processes import Process
from tests.operations import OPERATIONS, Things
from tests.people import Lab
from tests.schema import schema
from tests.services import site

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
SECONDS = 120
"""Nothing here waits for a worker; a machine that is busy with other things may take long."""


@dataclass(frozen=True)
class Target:
    """The running web process, a token of every scope, and ids of things that are there."""

    session: requests.Session
    headers: dict[str, str]
    ids: dict[str, str]


@pytest.fixture(scope="module")
def target(web_process: Process) -> Iterator[Target]:
    lab = Lab.make()
    ids = {name: str(value) for name, value in Things.of(lab).ids.items()}
    headers = {"Authorization": f"Bearer {lab.token()}", "Prefer": "wait=0"}
    with requests.Session() as session:
        yield Target(session, headers, ids)


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("operation", sorted(OPERATIONS), ids=" ".join)
def test_answers_as_described(
    target: Target, operation: tuple[str, str], mode: GenerationMode, request: pytest.FixtureRequest
) -> None:
    """The same requests each time; with --long many others each time."""
    is_long = request.config.getoption("--long")
    method, path = operation
    described = schemathesis.openapi.from_dict(schema())[f"/api/v1/{path}"][method.upper()]
    names = {name: value for name, value in target.ids.items() if f"{{{name}}}" in path}
    requests_of: Any = described.as_strategy(mode, path_parameters=names or None)

    @settings(
        max_examples=300 if is_long else 4,
        derandomize=not is_long,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=requests_of)
    def ask(case: Case[Any]) -> None:
        answer = case.call(site().url, session=target.session, headers=target.headers, timeout=SECONDS)
        case.validate_response(answer, checks=CHECKS)

    ask()
