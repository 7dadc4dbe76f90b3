"""Where learning meets a request: what was learned helps to hear it, and it may teach in turn.

Only what was heard without that help teaches, or what somebody said that they had meant: a model
that learned from its own guesses would hold traces of what is forgotten.
"""

from dataclasses import dataclass, replace

from unhear.capture.sound import Capture
from unhear.house.house import House
from unhear.house.meaning import Meaning
from unhear.house.request import Request
from unhear.household.speech import Transcript
from unhear.household.words import Utterance
from unhear.understand.hearing import Hearing, hearing

CALLING_SKILL, NOBODY = "calling", "nobody"


def recognise(capture: Capture, house: House) -> Transcript:
    """Answer the words in a capture.

    What is not understood is heard once more, with the words that were learned here in mind.
    """
    vocabulary = house.grammar.vocabulary()
    heard = house.recogniser.transcribe(capture.pcm, hints=vocabulary)
    if hearing(heard, house.settings.language) is Hearing.NOTHING or _means(heard.text, house):
        return heard
    learned = house.learning.hints()
    if not learned:
        return heard
    again = house.recogniser.transcribe(capture.pcm, hints=[*learned, *vocabulary])
    return replace(again, aided=True) if _means(again.text, house) else heard


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that was answered, as it was heard and understood."""

    request: Request
    transcript: Transcript
    utterance: Utterance
    meaning: Meaning


def learn_from(answered: Answered, house: House) -> None:
    """Learn from words that were surely understood without what was learned before."""
    request, meaning = answered.request, answered.meaning
    if meaning.correction is not None:
        before = house.conversation.words_before(house.household.id, request.device)
        if before is not None and before[0].person == request.person:
            house.learning.meant(before, answered.utterance, meaning.correction)
    _learn_of_wake(answered, house)
    heard = request.pcm is not None and not answered.transcript.aided
    if heard and meaning.sure and meaning.intents:
        house.learning.heard(answered.utterance, answered.transcript.text)


def _learn_of_wake(answered: Answered, house: House) -> None:
    """Learn whether somebody had called: now, and before, where that is what they say."""
    request, meaning = answered.request, answered.meaning
    said = {intent.name for intent in meaning.intents if intent.skill == CALLING_SKILL}
    before = house.conversation.wake_before(house.household.id, request.device)
    if said and before is not None:
        spoken, vector = before
        if NOBODY in said:  # then it is nobody's voice, and who says so may have it learned
            spoken = replace(spoken, person=request.person)
        if spoken.person == request.person:
            house.wakes.not_called(spoken, vector)
    if request.wake is not None and meaning.sure and meaning.intents:
        house.wakes.called(answered.utterance, request.wake)


def _means(text: str, house: House) -> bool:
    """Whether words mean something here, as they are or as they were once explained."""
    grammar = house.grammar
    if grammar.understand(text).intents or grammar.corrected(text) is not None:
        return True
    return house.learning.meaning(grammar.plain(text)) is not None
