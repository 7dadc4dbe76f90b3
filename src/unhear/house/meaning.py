"""What somebody wants, from their words, what was said before, and how surely they were heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from unhear.answer.skill import LastTurn
from unhear.house.house import House
from unhear.household.speech import CONFIRMED, Intent, Question, Transcript
from unhear.household.words import PersonId, Purpose
from unhear.understand.grammar import Grammar
from unhear.understand.hearing import Hearing, hearing

ASK_SKILL = "ask"
PRIVACY_SKILL = "privacy"


@dataclass(frozen=True, slots=True)
class Said:
    """Words, whether they were heard or typed, whose they are, and when."""

    transcript: Transcript
    heard: bool
    person: PersonId
    now: datetime


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is wanted, in order.

    `half` is what to ask for where it was half a sentence. `sure` is whether it was heard well
    enough to do what cannot be undone. `correction` is the request, in its plain form, where it was
    said as what was meant before. Not `spoken` is a noise: nothing is done, or said.
    """

    intents: Sequence[Intent] = ()
    half: Question | None = None
    sure: bool = True
    correction: str | None = None
    spoken: bool = True


def meaning_of(said: Said, last: LastTurn | None, house: House) -> Meaning:
    """Answer what is wanted; `last` is the turn before on the same device.

    Where something was asked back, the words may be the answer; a question whether it was meant is
    answered before anything else, and only by who was asked. What nobody here understands goes to
    the skill that asks elsewhere, if it was set and consented to.
    """
    text, grammar = said.transcript.text, house.grammar
    heard = hearing(said.transcript, house.settings.language) if said.heard else Hearing.SURE
    if heard is Hearing.NOTHING:
        return Meaning(spoken=False)
    if (confirmed := _answered(last, said, grammar, confirming=True)) is not None:
        return Meaning([confirmed])
    if (plainly := _plainly(text, heard, house)) is not None:
        return plainly
    if (filled := _answered(last, said, grammar, confirming=False)) is not None:
        return Meaning([filled], sure=heard is Hearing.SURE)
    if (learned := house.learning.meaning(grammar.plain(text))) is not None:
        return Meaning(grammar.understand(learned).intents, sure=False)
    half = grammar.understand(text).half
    elsewhere = [] if half else _asked_elsewhere(said, house)
    return Meaning(elsewhere, half=half)


def _plainly(text: str, heard: Hearing, house: House) -> Meaning | None:
    """Answer what words mean as they are, or as somebody explained these very words before.

    Requests about privacy mean what they say, whatever was learned.
    """
    grammar = house.grammar
    meant = grammar.corrected(text)
    understood = grammar.understand(text if meant is None else meant)
    if not understood.intents:
        return None
    sure = heard is Hearing.SURE and understood.as_written
    if meant is not None:
        return Meaning(understood.intents, sure=sure, correction=meant if sure else None)
    if all(intent.skill != PRIVACY_SKILL for intent in understood.intents):
        explained = house.learning.meaning(grammar.plain(text), exactly=True)
        if explained is not None:
            return Meaning(grammar.understand(explained).intents, sure=False)
    return Meaning(understood.intents, sure=sure)


def _asked_elsewhere(said: Said, house: House) -> Sequence[Intent]:
    """Answer the words as a question to another server, or nothing where they may not go there."""
    text, household, now = said.transcript.text, house.household, said.now
    settings = house.settings.skills.get(ASK_SKILL)
    if not text or settings is None or household.consent(said.person, Purpose.SHARE, now) is None:
        return []
    unfit = household.only_for_children(said.person) and not settings.get("for_children")
    local = now.astimezone(house.settings.zone)
    if unfit or household.refusal(said.person, ASK_SKILL, local) is not None:
        return []
    return [Intent(ASK_SKILL, ASK_SKILL, {"question": text})]


def _answered(
    last: LastTurn | None, said: Said, grammar: Grammar, *, confirming: bool
) -> Intent | None:
    """Answer the intent that was asked back about, with what was said as its missing slot."""
    question = None if last is None else last.question
    if last is None or question is None or (question.slot == CONFIRMED) != confirming:
        return None
    if confirming and last.person != said.person:
        return None
    return grammar.fill(question, said.transcript.text)
