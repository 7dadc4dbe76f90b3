"""What is recognised for other programs obeys the house's rules, and is one with its answer."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.cli.program import PASSPHRASE
from tests.home import SetClock
from unhear.capture.sound import RATE_HZ, Capture
from unhear.house.conversation import REMEMBERED_FOR
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.turn import Assistant
from unhear.household.scope import Scope
from unhear.household.speech import Transcript
from unhear.household.words import UNKNOWN_PERSON, DeviceId, TraceId
from unhear.settings import Settings

OTHERS = DeviceId("others")


class Prompter:
    """Stands in for the recogniser: hears what it is told to hear."""

    text = ""

    def transcribe(
        self,
        pcm: NDArray[np.int16],  # noqa: ARG002 - it knows without
        *,
        hints: Sequence[str] = (),  # noqa: ARG002
    ) -> Transcript:
        return Transcript(self.text)

    def warm(self) -> None:
        """Be ready."""


class Others:
    """Another program, which has speech recognised and then perhaps answered."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(house=folder)
        set_up(settings, SetupPlan("Testers", "Ada", keep=True), PASSPHRASE)
        self.house = House(settings)
        self.clock = SetClock(self.house.clock())
        self.house.clock = self.clock
        self.house.conversation._clock = self.clock
        self.prompter = Prompter()
        self.house.recogniser = self.prompter
        self.assistant = Assistant(self.house)

    def hear(self, text: str) -> str:
        """Have a second of sound recognised as these words."""
        self.prompter.text = text
        self.clock.pass_time(seconds=1)
        capture = Capture(np.zeros(RATE_HZ, np.int16), self.clock(), OTHERS)
        heard = self.assistant.take(capture, UNKNOWN_PERSON).text
        self.clock.pass_time(seconds=1)
        return heard

    def read(self, text: str) -> str:
        """Have words answered."""
        return self.assistant.read(text, OTHERS, UNKNOWN_PERSON, None).reply.text

    def talk(self, text: str) -> str:
        """Have words recognised and then answered, as a voice device does."""
        return self.read(self.hear(text))

    def kept(self) -> dict[TraceId, str | None]:
        """Answer what is kept, and what it was about."""
        recordings = self.house.catalogue.recordings(Scope(device=OTHERS))
        return {one.id: one.utterance.intent for one in recordings}


@pytest.fixture
def others(tmp_path: Path) -> Iterator[Others]:
    others = Others(tmp_path / "house")
    yield others
    others.assistant.close()
    others.house.close()


def test_what_was_heard_and_answered_is_forgotten_as_one(others: Others) -> None:
    others.talk("what is 2 plus 2")
    assert "milk" in others.talk("add milk to my shopping list")
    assert list(others.kept().values()) == ["arithmetic.calculate", "shopping_list.add"]
    assert "I kept it" in others.talk("why did you do that")
    assert "milk" in others.read("what is on my shopping list")
    others.talk("what is 3 plus 3")
    for left in (["arithmetic.calculate", "shopping_list.add"], ["arithmetic.calculate"]):
        assert others.talk("delete what I just said").startswith("Done. It is deleted everywhere")
        assert list(others.kept().values()) == left
    # The item went with the recording that it came of.
    assert "milk" not in others.read("what is on my shopping list")


def test_requests_about_privacy_are_not_kept(others: Others) -> None:
    others.talk("what did you hear")
    others.hear("what is 2 plus 2 and delete everything I said today")
    assert not others.kept()


def test_nothing_is_kept_while_the_device_was_told_not_to_listen(others: Others) -> None:
    others.talk("stop listening")
    assert others.hear("what is 2 plus 2") == "what is 2 plus 2"
    assert others.read("what is 2 plus 2") == ""
    assert not others.kept()
    others.talk("start listening")
    others.talk("what is 2 plus 2")
    assert len(others.kept()) == 1


def test_what_another_program_answers_itself_is_forgotten_too(others: Others) -> None:
    others.read("what is 2 plus 2")
    others.hear("make it so")
    assert others.kept()
    assert others.talk("delete what I just said").startswith("Done. It is deleted everywhere")
    assert not others.kept()


def test_what_is_forgotten_meanwhile_is_not_in_mind(others: Others) -> None:
    others.hear("add milk to my shopping list")
    (trace,) = others.kept()
    conversation, home = others.house.conversation, others.house.household.id
    assert conversation.held(home, [trace]) == [trace]
    others.house.forgetter.forget(home, Scope(device=OTHERS))
    assert conversation.held(home, [trace]) == []
    # Typed now, and nothing else: not the words of something that is gone.
    turn = others.assistant.read("add milk to my shopping list", OTHERS, UNKNOWN_PERSON, None)
    assert turn.kept is None
    assert turn.decision.reasons[0] == "It was typed, not spoken."


def test_words_are_in_mind_for_minutes_and_no_longer(others: Others) -> None:
    others.hear("add milk to my shopping list")
    (trace,) = others.kept()
    conversation, home = others.house.conversation, others.house.household.id
    others.clock.at += REMEMBERED_FOR + timedelta(seconds=1)
    assert conversation.held(home, [trace]) == [trace]
    others.assistant.tick()
    assert conversation.held(home, [trace]) == []
