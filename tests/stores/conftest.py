"""S3 servers, started once."""

from collections.abc import Iterator

import pytest

from tests.stores.buckets import Server, moto, seaweed


@pytest.fixture(scope="session")
def moto_server() -> Iterator[Server]:
    server = moto()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def seaweed_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = seaweed(tmp_path_factory.mktemp("seaweed"))
    yield server
    server.stop()
