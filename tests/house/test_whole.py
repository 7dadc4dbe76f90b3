"""Which requests are over when they are understood, and which may go on."""

from collections.abc import Iterator

import pytest

from tests.satellites.rooms import made_house
from unhear.house.turn import Assistant


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with made_house(tmp_path_factory.mktemp("whole")) as house:
        assistant = Assistant(house)
        yield assistant
        assistant.close()


@pytest.mark.parametrize(
    "words", ["What time is it?", "Stop.", "Tell me a joke.", "Next song", "Roll the dice."]
)
def test_nothing_is_awaited_after(assistant: Assistant, words: str) -> None:
    assert assistant.whole(words)


@pytest.mark.parametrize(
    "words",
    [
        "add milk to",
        "wake me at seven",
        "set a timer for ten minutes",
        "remind me to call Jo",
        "delete everything I said",
        "what",
        "",
    ],
)
def test_more_may_come_after(assistant: Assistant, words: str) -> None:
    assert not assistant.whole(words)
