"""A house with quick engines, and what it offers to others, for the tests of strangers."""

from collections.abc import Iterator

import pytest

from tests.satellites.quick import NoWake, Words, quick_house, quick_ways
from tests.satellites.serving import Background
from unhear.house.house import House
from unhear.house.voice import Ways
from unhear.household.words import UNKNOWN_PERSON, DeviceId
from unhear.satellites.wyoming_provider import Provider, provide


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Words]]:
    with quick_house(tmp_path_factory.mktemp("strangers")) as made:
        yield made


@pytest.fixture
def ways(made: tuple[House, Words]) -> Iterator[Ways]:
    with quick_ways(made[0]) as ways:
        yield ways


@pytest.fixture
def background() -> Iterator[Background]:
    with Background() as background:
        yield background


@pytest.fixture
def provider(ways: Ways) -> Provider:
    return Provider(ways.assistant, NoWake, DeviceId("others"), UNKNOWN_PERSON)


@pytest.fixture
def port(provider: Provider, background: Background) -> int:
    """What is offered to others, listening."""
    return background.enter(provide(provider, "127.0.0.1", 0))
