"""What woke the house, and whether somebody had called: taught by those who live there."""

from collections.abc import Callable

from unhear.capture.sound import Pcm
from unhear.engines.sound_features import SoundFeatures
from unhear.house.learning import Learning
from unhear.household.family import Household
from unhear.household.learning import Subject
from unhear.household.words import Utterance
from unhear.learn.subjects import WAKE
from unhear.learn.sums import Labelled, Vector
from unhear.learn.wake import OTHER, WORD

WORDS_PER_OTHER = 4
"""How many calls are learned beside each sound that was none: more would add nothing but size."""

WORDS_AT_LEAST = 8


class Wakes:
    """Judges wakes by what was learned of earlier ones."""

    def __init__(self, learning: Learning, household: Callable[[], Household]) -> None:
        self._learning = learning
        self._household = household
        self._features = SoundFeatures()

    def describe(self, pcm: Pcm) -> Vector | None:
        """Answer what the sound of a wake is like; None where nobody lets the house learn."""
        return self._features.vector(pcm) if self._is_wanted() else None

    def is_meant(self, vector: Vector) -> bool:
        """Whether somebody called, as far as this house has learned it."""
        return WAKE.model.read(self._learning.model(Subject.WAKE)).is_word(vector)

    def called(self, spoken: Utterance, vector: Vector) -> bool:
        """Learn that a sound was the wake word; before any that was not, there is no need."""
        labels = WAKE.state.read(self._learning.state(Subject.WAKE)).labels
        words, others = (labels[one].count if one in labels else 0 for one in (WORD, OTHER))
        if not others or words >= max(WORDS_AT_LEAST, WORDS_PER_OTHER * others):
            return False
        return self._learn(spoken, vector, WORD)

    def not_called(self, spoken: Utterance, vector: Vector) -> bool:
        """Learn that a sound was not the wake word."""
        return self._learn(spoken, vector, OTHER)

    def _learn(self, spoken: Utterance, vector: Vector, label: str) -> bool:
        numbers = WAKE.contribution.write(Labelled(vector, label))
        return self._learning.teach(spoken, Subject.WAKE, numbers)

    def _is_wanted(self) -> bool:
        purpose = Subject.WAKE.purpose
        return any(one.purpose is purpose for one in self._household().consents)
