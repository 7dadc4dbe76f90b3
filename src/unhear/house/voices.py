"""Whose voice it is: learned from sentences that somebody said to be known by."""

from collections.abc import Callable, Sequence

from unhear.capture.sound import Pcm
from unhear.clock import Clock
from unhear.engines.speaker import SpeakerEncoder
from unhear.forget.traces import new_trace_id
from unhear.house.family import FamilyError
from unhear.house.learning import Learning
from unhear.household.family import Household
from unhear.household.learning import Subject
from unhear.household.words import UNKNOWN_PERSON, DeviceId, PersonId, Utterance
from unhear.learn import voices
from unhear.learn.labelled import Labelled
from unhear.learn.subjects import VOICES

SENTENCES_MIN = 5
"""From how many sentences a voice is known."""


class VoiceNotLearned(FamilyError):
    """A voice may not be learned, or there is too little of it."""


class TooLittleSpeech(VoiceNotLearned):
    """Too few of the sentences are speech."""


class Voices:
    """Knows voices of people who consented to be known by theirs."""

    def __init__(
        self, learning: Learning, household: Callable[[], Household], clock: Clock
    ) -> None:
        self._learning = learning
        self._household = household
        self._clock = clock
        self._encoder = SpeakerEncoder()

    def enrol(self, person: PersonId, device: DeviceId, sentences: Sequence[Pcm]) -> None:
        """Learn a voice from sentences, each a contribution of its own; their sound is not kept.

        Raises `VoiceNotLearned` without the person's consent to `identify`, and `TooLittleSpeech`
        with fewer than `SENTENCES_MIN` sentences of a second at least: then nothing is learned.
        """
        vectors = [self._encoder.vector(sentence) for sentence in sentences]
        heard = [vector for vector in vectors if vector is not None]
        if len(heard) < SENTENCES_MIN:
            raise TooLittleSpeech(
                f"{len(heard)} of {len(sentences)} recordings have a second of speech; "
                f"{SENTENCES_MIN} are needed"
            )
        for vector in heard:
            spoken = Utterance(new_trace_id(), self._clock(), device, person)
            numbers = VOICES.contribution.write(Labelled(vector, person))
            if not self._learning.teach(spoken, Subject.VOICES, numbers):
                raise VoiceNotLearned(
                    "this voice may not be learned: it needs the consent to `identify`, and a "
                    "device that may record (`unhear consent give --purpose identify`)"
                )

    def speaker(self, pcm: Pcm, otherwise: PersonId) -> PersonId:
        """Answer who speaks: one whose voice is known, or `otherwise`, whose device it is.

        Where the voice of `otherwise` is known and this is another, it is a voice that nobody was
        named for.
        """
        model = VOICES.model.read(self._learning.model(Subject.VOICES))
        if not model.labels or (vector := self._encoder.vector(pcm)) is None:
            return otherwise
        told = voices.speaker(model, vector)
        household, now = self._household(), self._clock()
        if told is None:
            return UNKNOWN_PERSON if otherwise in model.labels else otherwise
        known = household.consent(PersonId(told), Subject.VOICES.purpose, now)
        return otherwise if known is None else PersonId(told)
