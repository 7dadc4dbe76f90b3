"""One day for all tests of a worker."""

from collections.abc import Iterator

import pytest

from tests.telling.day import Day, a_day


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    with a_day(tmp_path_factory.mktemp("day")) as lived:
        yield lived
