"""A kitchen in which a test says what is heard, and how surely."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from unhear.answer.synthesiser import Speech
from unhear.capture.sound import Capture, Pcm
from unhear.house.house import House
from unhear.house.turn import Assistant, Turn
from unhear.household.speech import Transcript
from unhear.household.words import UNKNOWN_PERSON, DeviceId, PersonId
from unhear.learn.labelled import Vector

KITCHEN = DeviceId("kitchen")
SECOND: Pcm = np.full(16_000, 100, np.int16)
SURE, DOUBTFUL, NOISE = (0.99, -0.1), (0.98, -0.8), (0.6, -2.4)


class Dictated:
    """Hears what it is told to, as surely as it is told."""

    def __init__(self) -> None:
        self.next = Transcript("")

    def transcribe(self, pcm: Pcm, *, hints: Sequence[str] = ()) -> Transcript:  # noqa: ARG002 - told
        return self.next

    def warm(self) -> None:
        """Nothing is to be loaded."""


class Room:
    """Says things in a kitchen, as surely heard as a test wants."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ears = Dictated()
        house.recogniser = self.ears
        self.assistant = Assistant(house)
        self.spoken: list[Speech] = []

    def turn(
        self,
        words: str,
        how: tuple[float, float] = SURE,
        person: PersonId = UNKNOWN_PERSON,
        wake: Vector | None = None,
    ) -> Turn:
        self.ears.next = Transcript(words, *how)
        self.spoken = []
        capture = replace(self.capture(), wake_vector=wake)
        return self.assistant.hear(capture, person, self.spoken.append)

    def say(
        self, words: str, how: tuple[float, float] = SURE, person: PersonId = UNKNOWN_PERSON
    ) -> str:
        return self.turn(words, how, person).reply.text

    def capture(self) -> Capture:
        return Capture(SECOND, self.house.clock(), KITCHEN)

    @property
    def kept(self) -> int:
        return len(self.house.catalogue.recordings())
