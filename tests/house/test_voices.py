"""A voice is known by five sentences and a consent, and by nothing once either is gone."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec

import numpy as np
import pytest

from tests.house.dictated import Room
from tests.needs import need
from tests.speech.recordings import SHARED
from unhear.capture.sound import RATE_HZ, Capture, Pcm
from unhear.engines.audio_files import read_sound
from unhear.house.voices import SENTENCES_MIN, VoiceNotLearned
from unhear.household.consent import Choice
from unhear.household.learning import Subject
from unhear.household.methods import Verified
from unhear.household.scope import Scope
from unhear.household.speech import Transcript
from unhear.household.words import UNKNOWN_PERSON, DeviceId, PersonId, PersonKind, Purpose

DESK = DeviceId("desk")


@pytest.fixture(scope="module")
def sentences() -> Mapping[str, Sequence[Pcm]]:
    """Answer eight sentences of three men: all ten digits, each time said anew."""
    need(find_spec("resemblyzer") is not None, "the speaker encoder (requirements-voices.txt)")
    folder = SHARED / "digits"
    names = sorted({file.stem.split("_")[1] for file in folder.glob("*.wav")})
    need(len(names) >= 3, "the recordings of people saying digits (digits)")
    return {
        name: [
            np.concatenate(
                [read_sound((folder / f"{d}_{name}_{take}.wav").read_bytes()) for d in range(10)]
            )
            for take in range(8)
        ]
        for name in names
    }


def live_here(room: Room, name: str, *purposes: Purpose) -> PersonId:
    house = room.house
    person = house.family.add(name, PersonKind.ADULT).id
    guardian = next(iter(house.family.read().guardians))
    choice = Choice(person, purposes or (Purpose.IDENTIFY,), guardian)
    house.household = house.consents.give(choice, Verified("terminal", "verified"))
    return person


def voices_known(room: Room) -> int:
    (found,) = [s for s in room.house.learning.standings() if s.subject is Subject.VOICES]
    assert found.is_proved
    return found.recordings


def test_people_are_known_by_their_voices_and_strangers_are_not(
    room: Room, sentences: Mapping[str, Sequence[Pcm]]
) -> None:
    first, second, stranger = sentences
    known = {name: live_here(room, name) for name in (first, second)}
    voices = room.house.voices
    for name, person in known.items():
        voices.enrol(person, DESK, sentences[name][:SENTENCES_MIN])
    for name, person in known.items():
        for sentence in sentences[name][SENTENCES_MIN:]:
            assert voices.speaker(sentence, UNKNOWN_PERSON) == person
            other = next(one for one in known.values() if one != person)
            assert voices.speaker(sentence, other) == person, "whoever's device it is"
    for sentence in sentences[stranger]:
        assert voices.speaker(sentence, UNKNOWN_PERSON) == UNKNOWN_PERSON
        assert voices.speaker(sentence, known[first]) == UNKNOWN_PERSON
        assert voices.speaker(sentence, PersonId("robin")) == "robin", "whose voice is not known"


def test_a_request_is_whose_voice_it_is(room: Room, sentences: Mapping[str, Sequence[Pcm]]) -> None:
    name = next(iter(sentences))
    person = live_here(room, name, Purpose.IDENTIFY, Purpose.KEEP)
    room.house.voices.enrol(person, DESK, sentences[name][:SENTENCES_MIN])
    room.ears.next = Transcript("set a timer for ten minutes")
    capture = Capture(sentences[name][-1], room.house.clock(), DESK)
    turn = room.assistant.hear(capture, UNKNOWN_PERSON, room.spoken.append)
    assert turn.kept is not None
    assert room.house.catalogue.recording(turn.kept).utterance.person == person


def test_forgetting_or_withdrawing_leaves_no_voice(
    room: Room, sentences: Mapping[str, Sequence[Pcm]]
) -> None:
    first, second, _ = sentences
    house, people = room.house, [live_here(room, name) for name in (first, second)]
    for person, name in zip(people, (first, second), strict=True):
        house.voices.enrol(person, DESK, sentences[name][:SENTENCES_MIN])
    house.forgetter.forget(house.household.id, Scope(person=people[0], purpose=Purpose.IDENTIFY))
    assert voices_known(room) == SENTENCES_MIN
    assert house.voices.speaker(sentences[first][-1], UNKNOWN_PERSON) == UNKNOWN_PERSON
    assert house.voices.speaker(sentences[second][-1], UNKNOWN_PERSON) == people[1]
    house.household = house.consents.stop(people[1], Purpose.IDENTIFY, people[1])
    assert voices_known(room) == 0
    assert house.voices.speaker(sentences[second][-1], UNKNOWN_PERSON) == UNKNOWN_PERSON


def test_without_consent_or_speech_no_voice_is_learned(
    room: Room, sentences: Mapping[str, Sequence[Pcm]]
) -> None:
    name = next(iter(sentences))
    some = live_here(room, "Robin", Purpose.IMPROVE, Purpose.KEEP)
    with pytest.raises(VoiceNotLearned, match="consent"):
        room.house.voices.enrol(some, DESK, sentences[name][:SENTENCES_MIN])
    person = live_here(room, name)
    silence = [np.zeros(RATE_HZ * 3, np.int16)] * SENTENCES_MIN
    with pytest.raises(VoiceNotLearned, match="0 of 5"):
        room.house.voices.enrol(person, DESK, silence)
    assert voices_known(room) == 0
