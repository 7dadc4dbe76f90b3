"""What a house learned is told, proved, measured and forgotten on the command line."""

from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.program import PASSPHRASE, unhear
from tests.learn.households import allow, explain, say
from tests.needs import need
from tests.speech.recordings import SHARED
from unhear.forget.database import TraceKind
from unhear.forget.roots import open_tree
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.household.learning import Subject
from unhear.household.words import Purpose
from unhear.learn.rows import put_learned
from unhear.learn.subjects import TAUGHT, VOCABULARY
from unhear.learn.trial import TRIED_MIN
from unhear.learn.vocabulary import said
from unhear.settings import Settings

PLAN = SetupPlan("Testers", "Ada", adults=("Grace",), keep=True)
BEGONIA = "water the begonia"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    set_up(Settings(house=tmp_path / "house"), PLAN, PASSPHRASE)
    return tmp_path / "house"


def teach(folder: Path, *, times: int = 2) -> None:
    """Let Ada say a sentence and explain one, and Grace say one."""
    house = House(Settings(house=folder))
    ada, grace = allow(house, "Ada"), allow(house, "Grace")
    say(house, ada, *[BEGONIA] * times)
    explain(house, ada, "cosy time please", "set a timer for 10 minutes")
    say(house, grace, "sing to the teapot")
    house.close()


def recordings(folder: Path) -> dict[str, int]:
    found = unhear(folder, "learn", "status")["subjects"]
    assert {one["subject"] for one in found} == set(TAUGHT) - {Subject.FLEET}
    return {one["subject"]: one["recordings"] for one in found if one["recordings"]}


def test_what_was_learned_is_told_with_of_whom(folder: Path) -> None:
    assert recordings(folder) == {}
    teach(folder)
    found = {one["subject"]: one for one in unhear(folder, "learn", "status")["subjects"]}
    assert found["vocabulary"]["of"] == {"Ada": 2, "Grace": 1}
    assert found["phrasings"]["of"] == {"Ada": 2}, "what was said before, and what was meant"
    assert found["vocabulary"]["consent"] == "improve"
    assert "begonia" not in str(found)


def test_it_is_proved_and_what_was_not_taught_is_seen(folder: Path) -> None:
    teach(folder)
    proof = unhear(folder, "learn", "prove")
    assert proof["ok"]
    for one in proof["subjects"]:
        assert (one["state"], one["model"]) == (one["state_built"], one["model_built"])
    told = {one["subject"]: one["state"] for one in unhear(folder, "learn", "status")["subjects"]}
    assert told == {one["subject"]: one["state"] for one in proof["subjects"]}

    house = House(Settings(house=folder))
    forged = VOCABULARY.contribution.write(said("something nobody said"))
    with house.database.writing() as transaction:
        tree = open_tree(transaction, house.keeper)
        learned = (TraceKind.STATE, Subject.VOCABULARY)
        put_learned(transaction, tree, house.household.id, learned, forged)
    house.close()
    proof = unhear(folder, "learn", "prove", code=1)
    assert [one["subject"] for one in proof["subjects"] if not one["ok"]] == ["vocabulary"]
    unhear(folder, "forget", "--expired")
    assert unhear(folder, "learn", "prove")["ok"]


def test_how_much_it_helps_is_told_and_drawn(folder: Path, tmp_path: Path) -> None:
    teach(folder)
    told = unhear(folder, "learn", "report")
    assert (told["trials"], told["tried_min"]) == ([], TRIED_MIN)
    teach(folder, times=TRIED_MIN)
    plot = tmp_path / "helps.svg"
    (trial,) = unhear(folder, "learn", "report", "--plot", str(plot))["trials"]
    assert trial["subject"] == "vocabulary"
    assert trial["before"] == trial["forgotten"] == 0
    assert trial["after"] == TRIED_MIN + 2, "all but what Grace said, which was said only twice"
    drawn = ET.fromstring(plot.read_text())  # noqa: S314 - our own
    texts = [element.text for element in drawn.iter() if element.tag.endswith("text")]
    assert f"{trial['after'] / trial['tried']:.0%} ({trial['after']} of {trial['tried']})" in texts
    nowhere = str(tmp_path / "no" / "plot.svg")
    assert "cannot write" in unhear(folder, "learn", "report", "--plot", nowhere, code=2)["error"]


def test_it_is_forgotten_of_one_or_of_all_with_receipts(folder: Path, tmp_path: Path) -> None:
    teach(folder)
    done = unhear(folder, "learn", "forget", "--person", "Ada")
    assert recordings(folder) == {"vocabulary": 1}
    assert (done["forgotten"], done["models"]) == ("2-9", "2-9")
    for receipt, kind in zip(done["receipts"], ("erasure", "unlearning"), strict=True):
        checked = unhear(
            tmp_path / "nowhere", "verify", str(tmp_path / receipt), "--key", done["key"]
        )
        assert checked["statement"]["kind"] == kind
    assert unhear(folder, "learn", "prove")["ok"]
    assert len(unhear(folder, "learn", "forget")["receipts"]) == 2
    assert recordings(folder) == {}
    voices = unhear(folder, "learn", "forget", "--purpose", "identify")
    assert (voices["forgotten"], voices["models"], len(voices["receipts"])) == ("0", "0", 1)
    assert "nobody here" in unhear(folder, "learn", "forget", "--person", "Leo", code=2)["error"]
    assert "improve" in unhear(folder, "learn", "forget", "--purpose", "keep", code=2)["error"]


def test_a_voice_is_learned_from_files_with_consent(folder: Path) -> None:
    need(find_spec("resemblyzer") is not None, "the speaker encoder (requirements-voices.txt)")
    files = [str(file) for file in sorted((SHARED / "commands").glob("*.wav"))[:5]]
    need(len(files) == 5, "the recordings of spoken commands (commands)")
    refused = unhear(folder, "learn", "voice", "Ada", *files, code=3)
    assert "identify" in refused["error"]
    house = House(Settings(house=folder))
    allow(house, "Ada", Purpose.IDENTIFY)
    house.close()
    assert "1 of 1" in unhear(folder, "learn", "voice", "Ada", files[0], code=3)["error"]
    assert unhear(folder, "learn", "voice", "Ada", *files)["sentences"] == 5
    assert recordings(folder) == {"voices": 5}
    assert "empty" in unhear(folder, "learn", "voice", "Ada", "/dev/null", code=3)["error"]
    unhear(folder, "learn", "forget", "--purpose", "identify")
    assert recordings(folder) == {}
