"""An answer to what was asked back fills the slot that was missing."""

import pytest

from unhear.answer.registry import find_skills
from unhear.household.speech import Intent, Question, SlotValue
from unhear.understand.grammar import Grammar

GRAMMAR = Grammar(find_skills().all())


@pytest.mark.parametrize(
    ("skill", "intent", "slot", "said", "value"),
    [
        ("timers", "set", "duration", "Ten minutes, please.", 600),
        ("timers", "set", "name", "Pizza.", "pizza"),
        ("shopping_list", "add", "items", "Milk, and eggs!", "milk and eggs"),
        ("notes", "remember", "note", "The bins go out on Tuesday", "the bins go out on tuesday"),
    ],
)
def test_the_answer_is_the_slot(
    skill: str, intent: str, slot: str, said: str, value: SlotValue
) -> None:
    question = Question(Intent(skill, intent, {"kept": "as it was"}), slot)
    filled = GRAMMAR.fill(question, said)
    assert filled == Intent(skill, intent, {"kept": "as it was", slot: value})


@pytest.mark.parametrize(
    ("skill", "slot", "said"),
    [
        ("timers", "duration", "the cat"),
        ("timers", "duration", ""),
        ("nothing", "slot", "words"),
        ("timers", "no_such_slot", "words"),
    ],
)
def test_what_does_not_fit_fills_nothing(skill: str, slot: str, said: str) -> None:
    assert GRAMMAR.fill(Question(Intent(skill, "set"), slot), said) is None
