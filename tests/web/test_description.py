"""Whatever is asked that fits the description of an operation is answered as described."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.consoles import API, Console, console
from unhear.keep import identity as identities
from unhear.settings import Settings
from unhear.web import security
from unhear.web.console import console_app
from unhear.web.home import Home

pytestmark = pytest.mark.slow

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
EXAMPLES = 20
APART = {f"POST {API}/{path}" for path in ("audit", "drill", "ask")} | {f"DELETE {API}/session"}
"""These take seconds, end the session, or need the house at work; they are tried elsewhere."""

DESCRIPTION = console_app(Home(Settings(house=Path("nowhere")), "http://localhost:1")).openapi()
OPERATIONS = [
    found.ok()
    for found in schemathesis.openapi.from_dict(DESCRIPTION).get_all_operations()
    if isinstance(found, Ok) and found.ok().label not in APART
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identities, "SCRYPT_LOG_N", 4)
        patch.setattr(security, "PROOFS_PER_MINUTE", 100_000)
        patch.setattr(security, "REQUESTS_PER_MINUTE", 1_000_000)
        with console(tmp_path_factory.mktemp("described")) as served:
            yield served


@pytest.fixture(scope="module")
def ada(served: Console) -> Iterator[httpx2.Client]:
    with closing(served.guardian()) as client:
        yield client


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_an_operation_answers_as_described(
    operation: schemathesis.schemas.APIOperation[Any, Any, Any, Any],
    served: Console,
    ada: httpx2.Client,
) -> None:
    headers = {name: ada.headers[name] for name in ("cookie", "x-csrf", "origin")}

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    def ask(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(base_url=served.url, headers=headers, checks=CHECKS)

    ask()
