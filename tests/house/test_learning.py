"""The house learns from whom consents, understands better for it, and is as before without it."""

from collections.abc import Sequence

import numpy as np
import pytest

from tests.house.dictated import NOISE, SURE, Dictated, Room
from unhear.capture.sound import Pcm
from unhear.forget.database import TraceKind
from unhear.forget.roots import open_tree
from unhear.house.audit import audit
from unhear.household.consent import Choice
from unhear.household.learning import Subject
from unhear.household.methods import Verified
from unhear.household.scope import Scope
from unhear.household.speech import Transcript
from unhear.household.words import UNKNOWN_PERSON, PersonId, PersonKind, Purpose
from unhear.learn.labelled import Integers, Vector
from unhear.learn.rows import put_learned
from unhear.learn.subjects import VOCABULARY
from unhear.learn.wake import DIMENSION

TIMER = "Timer set for 10 minutes."
NOT_UNDERSTOOD = "Sorry, I did not understand that."


@pytest.fixture
def alex(room: Room) -> PersonId:
    """A grown person who consented to learning at home."""
    person = room.house.family.add("Alex", PersonKind.ADULT).id
    allow(room, person, Purpose.IMPROVE)
    return person


def allow(room: Room, person: PersonId, *purposes: Purpose) -> None:
    house = room.house
    guardian = next(iter(house.family.read().guardians))
    house.household = house.consents.give(
        Choice(person, purposes, guardian), Verified("terminal", "verified")
    )


def explain(room: Room, person: PersonId) -> None:
    assert room.say("cosy time please", SURE, person) == NOT_UNDERSTOOD
    assert room.say("no, I meant set a timer for ten minutes", SURE, person) == TIMER


def taught(room: Room, subject: Subject) -> int:
    (found,) = [one for one in room.house.learning.standings() if one.subject is subject]
    assert found.is_proved
    return found.recordings


def test_nothing_is_learned_without_consent(room: Room) -> None:
    someone = room.house.family.add("Robin", PersonKind.ADULT).id
    for person in (someone, UNKNOWN_PERSON):
        explain(room, person)
        assert room.say("cosy time please", SURE, person) == NOT_UNDERSTOOD
    assert {one.recordings for one in room.house.learning.standings()} == {0}


def test_what_was_explained_is_understood(room: Room, alex: PersonId) -> None:
    explain(room, alex)
    assert room.say("cosy time please", SURE, alex) == TIMER
    assert room.say("Cosy time, please!") == TIMER, "it was learned for the house"
    assert room.say("he was not an ill disposed young man") == NOT_UNDERSTOOD


@pytest.mark.parametrize("which", [0, 1])
def test_what_was_explained_goes_with_either_of_its_recordings(
    room: Room, alex: PersonId, which: int
) -> None:
    allow(room, alex, Purpose.KEEP)
    explain(room, alex)
    kept = [one.id for one in room.house.catalogue.recordings()]
    room.house.forgetter.forget(room.house.household.id, Scope(recordings=frozenset([kept[which]])))
    assert room.say("cosy time please", SURE, alex) == NOT_UNDERSTOOD
    assert taught(room, Subject.PHRASINGS) == 0


def test_what_was_misunderstood_can_be_explained_too(room: Room, alex: PersonId) -> None:
    assert room.say("what time is it", SURE, alex).startswith("It is")
    assert room.say("no I meant set a timer for ten minutes", SURE, alex) == TIMER
    assert room.say("what time is it", SURE, alex) == TIMER


def test_no_explanation_changes_what_a_request_about_privacy_means(
    room: Room, alex: PersonId
) -> None:
    before = room.say("what have you heard today", SURE, alex)
    assert room.say("no I meant set a timer for ten minutes", SURE, alex) == TIMER
    assert room.say("what have you heard today", SURE, alex).split()[:2] == before.split()[:2]


def test_only_who_spoke_before_explains(room: Room, alex: PersonId) -> None:
    room.say("cosy time please", SURE, alex)
    assert room.say("no, I meant set a timer for ten minutes") == TIMER
    assert taught(room, Subject.PHRASINGS) == 0


def test_what_nothing_taught_is_found_and_built_anew(room: Room, alex: PersonId) -> None:
    room.say("set a timer for ten minutes", SURE, alex)
    house = room.house
    with house.database.writing() as transaction:
        tree = open_tree(transaction, house.keeper)
        state = VOCABULARY.state.write({"begonia": 7})
        where = (TraceKind.STATE, Subject.VOCABULARY)
        put_learned(transaction, tree, house.household.id, where, state)
    assert "learning" in [finding.check for finding in audit(house) if not finding.ok]
    house.tidy()
    assert taught(room, Subject.VOCABULARY) == 1
    assert all(finding.ok for finding in audit(house))


class HardOfHearing(Dictated):
    """Hears a word of this house only where it is told to expect it."""

    def transcribe(self, pcm: Pcm, *, hints: Sequence[str] = ()) -> Transcript:
        heard = super().transcribe(pcm)
        if "begonia" in hints:
            return heard
        return Transcript(heard.text.replace("timer for the begonia", "time of the big"), *SURE)


def test_words_said_here_are_heard_better_and_teach_nothing_that_way(
    room: Room, alex: PersonId
) -> None:
    words, answer = (
        "set a timer for the begonia for ten minutes",
        "Your begonia timer is set for 10",
    )
    for _ in range(2):
        assert room.say(words, SURE, alex).startswith(answer)
    kind = taught(room, Subject.VOCABULARY)
    ears = room.house.recogniser = room.ears = HardOfHearing()
    assert ears.transcribe(room.capture().pcm) == Transcript("", *SURE)
    assert room.say(words, SURE, alex).startswith(answer)
    assert taught(room, Subject.VOCABULARY) == kind
    room.house.forgetter.forget(room.house.household.id, Scope(purpose=Purpose.IMPROVE))
    assert room.say(words, SURE, alex) == NOT_UNDERSTOOD


RNG = np.random.default_rng(3)
CALL, TELEVISION = (RNG.integers(-90, 90, DIMENSION) for _ in range(2))


def like(sound: Integers) -> Vector:
    near: Vector = np.clip(sound + RNG.integers(-20, 20, DIMENSION), -127, 127).astype(np.int8)
    return near


def test_what_only_woke_the_house_wakes_it_no_more(room: Room, alex: PersonId) -> None:
    wakes = room.house.wakes
    for _ in range(5):
        room.turn("he was an amiable young man", SURE, alex, like(TELEVISION))
        assert wakes.is_meant(like(TELEVISION))
        said = room.turn("that was only the television", SURE, alex, like(CALL))
        assert said.reply.text.startswith("Sorry.")
    assert wakes.is_meant(like(CALL))
    assert not wakes.is_meant(like(TELEVISION))
    assert taught(room, Subject.WAKE) == 10
    room.house.forgetter.forget(room.house.household.id, Scope(person=alex))
    assert wakes.is_meant(like(TELEVISION))
    assert taught(room, Subject.WAKE) == 0


def test_a_noise_that_woke_the_house_can_be_told_of(room: Room, alex: PersonId) -> None:
    room.turn("", NOISE, UNKNOWN_PERSON, like(TELEVISION))
    room.turn("nobody called you", SURE, alex, like(CALL))
    assert taught(room, Subject.WAKE) == 2


def test_nobody_teaches_what_another_said(room: Room, alex: PersonId) -> None:
    room.turn("he was an amiable young man", SURE, UNKNOWN_PERSON, like(TELEVISION))
    room.turn("I was not talking to you", SURE, alex, like(CALL))
    room.turn("that was the radio", SURE, UNKNOWN_PERSON, like(CALL))
    assert taught(room, Subject.WAKE) == 0


def test_what_a_wake_was_like_is_dropped_with_the_conversation(room: Room, alex: PersonId) -> None:
    room.turn("he was an amiable young man", SURE, alex, like(TELEVISION))
    room.house.forgetter.forget(room.house.household.id, Scope(person=alex))
    room.turn("that was the radio", SURE, alex, like(CALL))
    assert taught(room, Subject.WAKE) == 0


def test_withdrawing_the_consent_unlearns_at_once(room: Room, alex: PersonId) -> None:
    explain(room, alex)
    house = room.house
    house.household = house.consents.stop(alex, Purpose.IMPROVE, alex)
    assert {one.recordings for one in house.learning.standings()} == {0}
    assert room.say("cosy time please", SURE, alex) == NOT_UNDERSTOOD
