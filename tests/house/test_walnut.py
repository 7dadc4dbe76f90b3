"""A child tells the assistant to remember an allergy; after the erasure it does not know.

The complaint of 2019 was that an assistant still knew, after recordings and words were deleted.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.cli.program import PASSPHRASE
from tests.forget.thief import reachable_keys
from unhear.capture.sound import Capture
from unhear.engines.audio_files import read_sound
from unhear.engines.speech_files import speech_wav
from unhear.forget.capsule import unseal
from unhear.forget.errors import CapsuleClosed
from unhear.forget.keytree import SealedPage
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.turn import Assistant, Turn
from unhear.household.consent import Choice
from unhear.household.methods import Verified
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, PersonId, Purpose
from unhear.settings import Settings

pytestmark = pytest.mark.speech

NURSERY = DeviceId("nursery")
PLAN = SetupPlan("Testers", "Ada", children=("Mia",), keep=True, keep_children=True)
REMEMBER = "Remember that I am allergic to walnuts."
QUESTIONS = ("What do you know about walnuts?", "Am I allergic to walnuts?")
TOLD = "You told me that you are allergic to walnuts."
UNKNOWN = "I don't know anything about that."
TRIES = 6


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    settings = Settings(house=tmp_path / "house")
    set_up(settings, PLAN, PASSPHRASE)
    house = House(settings)
    choice = Choice(mia(house), (Purpose.PERSONALISE,), house.household.people[0].id)
    house.consents.give(choice, Verified("terminal"))
    yield house
    house.close()


def mia(house: House) -> PersonId:
    person = house.household.named("Mia")
    assert person is not None
    return person.id


def ask(house: House) -> list[str]:
    """Type the questions: asking is not what is tested here."""
    assistant = Assistant(house)
    turns = [assistant.read(q, NURSERY, mia(house), lambda _speech: None) for q in QUESTIONS]
    return [turn.reply.text for turn in turns]


def tell(house: House) -> Turn:
    """Say it aloud until it is heard: no two syntheses sound the same."""
    assistant = Assistant(house)
    for _ in range(TRIES):
        sound = read_sound(speech_wav(list(house.synthesiser.speak(REMEMBER))))
        if "walnuts" in house.recogniser.transcribe(sound).text:
            capture = Capture(np.ascontiguousarray(sound), house.clock(), NURSERY)
            return assistant.hear(capture, mia(house), lambda _speech: None)
    pytest.fail(f"{TRIES} syntheses were not understood")


def stolen_notes(copy: Path, house: House) -> list[bytes]:
    """Answer what a thief reads in an old copy, with it, today's disk and today's root keys."""
    house.database.tidy()
    versions: list[tuple[int, int, SealedPage]] = []
    for file in (copy / "unhear.db", house.settings.database_file):
        connection = sqlite3.connect(file)
        for level, index, epoch, sealed in connection.execute(
            "SELECT level, page_index, epoch, sealed FROM key_page"
        ):
            versions.append((level, index, SealedPage(epoch, sealed)))
        connection.close()
    connection = sqlite3.connect(copy / "unhear.db")
    (tree_id,) = connection.execute("SELECT tree_id FROM key_root").fetchone()
    roots = [house.keeper.get(root) for root in house.keeper.ids()]
    keys = reachable_keys(tree_id, versions, roots)
    found = []
    for household, trace, slot, content in connection.execute(
        "SELECT household, id, slot, content FROM trace WHERE kind = 'memory'"
    ):
        for key in keys.get(slot, ()):
            try:
                found.append(unseal(key, "content", household, trace, content))
            except CapsuleClosed:
                continue
    connection.close()
    return found


def test_a_thief_reads_the_note_before_and_not_after(house: House, tmp_path: Path) -> None:
    turn = tell(house)
    assert turn.kept is not None
    assert ask(house) == [TOLD, TOLD]
    house.database.tidy()
    copy = tmp_path / "copy"
    shutil.copytree(house.settings.data_folder, copy)
    (note,) = stolen_notes(copy, house)
    assert b"walnuts" in note
    house.forgetter.forget(house.household.id, Scope(recordings=frozenset([turn.kept])))
    assert ask(house) == [UNKNOWN, UNKNOWN]
    assert stolen_notes(copy, house) == []
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"walnut" not in file.read_bytes()
    reopened = House(house.settings)
    assert ask(reopened) == [UNKNOWN, UNKNOWN]
    reopened.close()


@pytest.mark.parametrize("by", ["person", "device", "everything", "purpose"])
def test_every_scope_that_names_the_child_takes_the_note(house: House, by: str) -> None:
    """The request itself is typed, so never kept: what a skill made of it goes all the same."""
    assistant = Assistant(house)
    assistant.read(REMEMBER, NURSERY, mia(house), lambda _speech: None)
    assert ask(house) == [TOLD, TOLD]
    scopes = {
        "person": Scope(person=mia(house)),
        "device": Scope(device=NURSERY),
        "everything": Scope(),
        "purpose": Scope(person=mia(house), purpose=Purpose.RESPOND),
    }
    house.forgetter.forget(house.household.id, scopes[by])
    assert ask(house) == [UNKNOWN, UNKNOWN]
