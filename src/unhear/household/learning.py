"""What a household's recordings may teach the house, and by which consent."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from unhear.household.words import Purpose


class Subject(StrEnum):
    """What is learned about, by one learner each.

    `vocabulary` is which words are said here; `phrasings` what they mean here; `wake` what is
    taken for the wake word and is not; `voices` who is speaking; `fleet` what other homes may know
    of what is taken for the wake word.
    """

    VOCABULARY = "vocabulary"
    PHRASINGS = "phrasings"
    WAKE = "wake"
    VOICES = "voices"
    FLEET = "fleet"

    @property
    def purpose(self) -> Purpose:
        """The purpose that somebody must consent to."""
        others = {Subject.VOICES: Purpose.IDENTIFY, Subject.FLEET: Purpose.FLEET}
        return others.get(self, Purpose.IMPROVE)

    @property
    def of_words(self) -> bool:
        """Whether it comes of what was said, and goes with the words, or of how it sounded."""
        return self in (Subject.VOCABULARY, Subject.PHRASINGS)


LEARNED_FOR = frozenset(subject.purpose for subject in Subject)
"""Purposes for which the house learns."""


@dataclass(frozen=True, slots=True)
class Unlearned:
    """The digests (32 bytes) of what was learned about a subject, before and after an erasure."""

    subject: Subject
    state_before: bytes
    state_after: bytes
    model_before: bytes
    model_after: bytes


def merged(earlier: Sequence[Unlearned], later: Sequence[Unlearned]) -> tuple[Unlearned, ...]:
    """Answer one change a subject, from before the earlier to after the later."""
    found = {one.subject: one for one in earlier}
    for one in later:
        before = found.get(one.subject, one)
        found[one.subject] = Unlearned(
            one.subject, before.state_before, one.state_after, before.model_before, one.model_after
        )
    return tuple(found[subject] for subject in sorted(found))
