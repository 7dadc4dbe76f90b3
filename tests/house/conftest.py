"""A kitchen that hears what it is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.dictated import Room
from tests.satellites.rooms import made_house


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with made_house(tmp_path) as house:
        room = Room(house)
        yield room
        room.assistant.close()
