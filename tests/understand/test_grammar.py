"""Every sentence of every skill is understood as that skill's, and broken ones are named."""

import itertools
import logging
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hassil.intents import TextSlotList, WildcardSlotList
from hassil.sample import sample_sentence
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.skills.conversation import GRAMMAR, SKILLS
from unhear.understand import grammar as grammar_module
from unhear.understand.english.times import date_from, time_from
from unhear.understand.english.values import duration_from, number_from
from unhear.understand.errors import GrammarError
from unhear.understand.grammar import Grammar
from unhear.understand.sentence_file import SentenceFile, load

SAMPLES_PER_TEMPLATE = 40

FILES = [
    load(skill.name, skill.sentences / "en.yaml", "en")
    for skill in SKILLS.all()
    if (skill.sentences / "en.yaml").is_file()
]


@dataclass(frozen=True)
class Words:
    """A skill that is only its sentences."""

    name: str
    sentences: Path
    remembers: str = ""


def _write(folder: Path, text: str, name: str = "words") -> Words:
    (folder / name).mkdir()
    (folder / name / "en.yaml").write_text(text)
    return Words(name, folder / name)


def _fill(file: SentenceFile, slot: str) -> TextSlotList:
    """Answer things to say for a slot that would hold anything."""
    filled = {
        number_from: ["7", "2.5"],
        duration_from: ["10 minutes"],
        time_from: ["half past 7", "6 30 pm"],
        date_from: ["the third of may", "friday"],
    }
    read = file.types.get(slot)
    said = ["gooseberries"] if read is None else filled[read]  # type: ignore[index]  # the typed slots
    return TextSlotList.from_strings(said, name=slot)


def _samples(file: SentenceFile) -> Iterator[tuple[str, str]]:
    """Yield (intent, something its templates match), of each template a few at random."""
    rng = random.Random(5)  # noqa: S311 - the same every time
    lists = dict(file.templates.slot_lists)
    for name, one in lists.items():
        if isinstance(one, WildcardSlotList):
            lists[name] = _fill(file, name)
    for name, intent in file.templates.intents.items():
        for data in intent.data:
            for template in data.sentences:
                rules = file.templates.expansion_rules
                said = list(itertools.islice(sample_sentence(template, lists, rules), 2_000))
                for text in rng.sample(said, min(len(said), SAMPLES_PER_TEMPLATE)):
                    yield name, " ".join(text.split())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.skill)
def test_whatever_a_template_says_is_understood_as_its_intent(file: SentenceFile) -> None:
    wrong = []
    for name, said in _samples(file):
        intent = GRAMMAR.interpret(said)
        if intent is None or (intent.skill, intent.name) != (file.skill, name):
            wrong.append((name, said, intent))
    assert wrong == []


def test_a_request_is_understood_in_milliseconds() -> None:
    said = [text for file in FILES for _, text in _samples(file)][::7]
    for text in said:
        GRAMMAR.interpret(text)
    started = time.process_time()
    for text in said:
        GRAMMAR.interpret(text)
    assert (time.process_time() - started) / len(said) < 0.02


def test_endless_talk_is_no_request_and_costs_little() -> None:
    started = time.process_time()
    for times in (8, 80, 8000):
        GRAMMAR.interpret("set a timer for 5 minutes called a and " * times)
    assert time.process_time() - started < 2
    assert GRAMMAR.interpret(f"add {'milk and ' * 38}jam to my list") is not None


def test_the_same_words_are_always_understood_the_same() -> None:
    backwards = Grammar(list(reversed(SKILLS.all())))
    for file in FILES:
        for _, said in itertools.islice(_samples(file), 50):
            assert backwards.interpret(said) == GRAMMAR.interpret(said)


def test_of_two_skills_the_one_that_says_more_of_it_is_meant(tmp_path: Path) -> None:
    greedy = _write(
        tmp_path, 'intents: {any: ["play {what}"]}\nlists: {what: {wildcard: true}}', "a"
    )
    exact = _write(tmp_path, 'intents: {radio: ["play the radio"]}', "b")
    grammar = Grammar([greedy, exact])
    for said, skill in (("Play the radio!", "b"), ("play the organ", "a")):
        intent = grammar.interpret(said)
        assert intent is not None
        assert intent.skill == skill


def test_slots_have_their_types(tmp_path: Path) -> None:
    skill = _write(
        tmp_path,
        """
intents:
  heat:
    - "heat the {room} to {degrees} for {how_long}"
    - "heat the {room} to {degrees}"
lists:
  room: {values: [kitchen, {in: "(bath|wash) room", out: bathroom}]}
  degrees: {type: number}
  how_long: {type: duration}
""",
    )
    intent = Grammar([skill]).interpret("Heat the wash room to twenty-one point five for an hour.")
    assert intent is not None
    assert dict(intent.slots) == {"room": "bathroom", "degrees": 21.5, "how_long": 3600}
    assert Grammar([skill]).interpret("heat the kitchen to boiling") is None


def test_number_words_may_stand_in_templates(tmp_path: Path) -> None:
    skill = _write(tmp_path, 'intents: {two: ["(channel|station) twenty two"]}')
    for said in ("channel twenty-two", "Station 22."):
        assert Grammar([skill]).interpret(said) is not None


BROKEN = {
    'intents: {a: ["{nothing}"]}': "no list nothing",
    'intents: {a: ["<nothing>"]}': "nothing",
    'intents: {a: ["(half"]}': "half",
    'intents: {a: ["go [<off>]"]}\nrules: {off: "(away|off)"}': "no rule off",
    "intents: [": "",
    "- a list": "expected only intents",
    'intent: {a: ["b"]}': "expected only intents",
    "intents: {a: 3}": "",
    'intents: {a: ["{b}"]}\nlists: {b: {type: colour}}': "colour",
    'intents: {a: ["{b}"]}\nlists: {b: {values: []}}': "",
    "spotting: {a: {requires: [b], slots: {}}}": "requires b",
    "spotting: {a: {requires: [], slots: {b: nothing}}}\nlists: {}": "nothing",
}  # fmt: skip


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_sentence_file_is_named_when_it_is_loaded(text: str, tmp_path: Path) -> None:
    skill = _write(tmp_path, text)
    with pytest.raises(GrammarError) as raised:
        load(skill.name, skill.sentences / "en.yaml", "en")
    assert str(skill.sentences / "en.yaml") in str(raised.value)
    assert BROKEN[text] in str(raised.value)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_file_damaged_anywhere_loads_or_is_named(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    skill = data.draw(st.sampled_from([skill for skill in SKILLS.all() if skill.name != "units"]))
    text = (skill.sentences / "en.yaml").read_text()
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start, min(start + 30, len(text))))
    noise = data.draw(st.text("[](){}<>:|\n -ab\"'", max_size=3))
    file = tmp_path_factory.mktemp("damaged") / "en.yaml"
    file.write_text(f"{text[:start]}{noise}{text[end:]}")
    try:
        grammar = Grammar([Words("damaged", file.parent)])
        load("damaged", file, "en")
    except GrammarError as error:
        assert str(file) in str(error)  # noqa: PT017 - either may happen
    else:
        grammar.interpret("what is 5 plus 3")


def test_a_broken_file_of_somebody_elses_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    broken = _write(tmp_path, next(iter(BROKEN)), "broken")
    whole = _write(tmp_path, 'intents: {hum: ["hum"]}', "whole")
    assert Grammar([broken, whole]).interpret("hum") is not None
    assert [getattr(record, "skill", "") for record in caplog.records] == ["broken"]


def test_a_broken_file_of_our_own_stops_the_house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grammar_module, "OWN", tmp_path)
    with pytest.raises(GrammarError):
        Grammar([_write(tmp_path, next(iter(BROKEN)))])


def test_languages() -> None:
    with pytest.raises(GrammarError, match="'nl' is not understood; choose one of en"):
        Grammar(SKILLS.all(), language="nl")
    assert Grammar([Words("mute", Path("nowhere"))]).interpret("hello") is None


def test_the_vocabulary_is_what_the_file_says_or_what_its_lists_mean(tmp_path: Path) -> None:
    lists = "lists: {fruit: {values: [plum, {in: apples, out: apple}]}}"
    told = _write(tmp_path, f"{lists}\nvocabulary: [fruit salad]", "told")
    meant = _write(tmp_path, lists, "meant")
    assert Grammar([told]).vocabulary() == ("fruit salad",)
    assert Grammar([meant, told]).vocabulary() == ("apple", "fruit salad", "plum")


def test_the_vocabulary_of_all_skills_is_short_enough_to_be_heeded() -> None:
    words = {word for phrase in GRAMMAR.vocabulary() for word in phrase.split()}
    assert {"cappuccino", "shopping", "timer"} <= words
    assert len(" ".join(words)) <= 600
