"""What woke the house, and whether somebody had called: taught by those who live there."""

from collections.abc import Callable, Iterable

from unhear.capture.sound import Pcm
from unhear.engines.sound_features import SoundFeatures
from unhear.house.learning import Learning
from unhear.house.sharing import Sharing
from unhear.household.family import Household
from unhear.household.learning import Subject
from unhear.household.words import Utterance
from unhear.learn.fleet import bounded
from unhear.learn.labelled import Labelled, Vector
from unhear.learn.subjects import TAUGHT, WAKE
from unhear.learn.wake import OTHER, WORD

WORDS_PER_OTHER = 4
"""How many calls are learned beside each sound that was none: more would add nothing but size."""

WORDS_AT_LEAST = 8


class Wakes:
    """Judges wakes by what was learned of earlier ones, here and, where one is set, in a fleet."""

    def __init__(
        self,
        learning: Learning,
        household: Callable[[], Household],
        sharing: Sharing | None = None,
    ) -> None:
        self._learning = learning
        self._household = household
        self._sharing = sharing
        self._subjects = (Subject.WAKE,) if sharing is None else (Subject.WAKE, Subject.FLEET)
        self._features = SoundFeatures()

    def describe(self, pcm: Pcm) -> Vector | None:
        """Answer what the sound of a wake is like; None where nobody lets the house learn."""
        return self._features.vector(pcm) if self._is_wanted() else None

    def is_meant(self, vector: Vector) -> bool:
        """Whether somebody called, as far as this house has learned it, or else its fleet."""
        own = WAKE.model.read(self._learning.model(Subject.WAKE))
        if own.decides or self._sharing is None:
            return own.is_word(vector)
        return self._sharing.is_word(vector)

    def called(self, spoken: Utterance, vector: Vector) -> bool:
        """Learn that a sound was the wake word; before any that was not, there is no need."""
        wanted = [one for one in self._subjects if self._lacks_words(one)]
        return self._learn(spoken, vector, WORD, wanted)

    def not_called(self, spoken: Utterance, vector: Vector) -> bool:
        """Learn that a sound was not the wake word."""
        return self._learn(spoken, vector, OTHER, self._subjects)

    def _lacks_words(self, subject: Subject) -> bool:
        labels = TAUGHT[subject].state.read(self._learning.state(subject)).labels
        words, others = (labels[one].count if one in labels else 0 for one in (WORD, OTHER))
        return bool(others) and words < max(WORDS_AT_LEAST, WORDS_PER_OTHER * others)

    def _learn(
        self, spoken: Utterance, vector: Vector, label: str, subjects: Iterable[Subject]
    ) -> bool:
        """Teach these subjects, each with the consent to it alone; answer whether any learned."""
        learned = False
        for subject in subjects:
            known = bounded(vector) if subject is Subject.FLEET else vector
            numbers = TAUGHT[subject].contribution.write(Labelled(known, label))
            learned |= self._learning.teach(spoken, subject, numbers)
        return learned

    def _is_wanted(self) -> bool:
        purposes = {subject.purpose for subject in self._subjects}
        return any(one.purpose in purposes for one in self._household().consents)
