"""Every skill of ours listens and answers in every language, with the same replies."""

import re
import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
import yaml

from unhear.answer import registry
from unhear.answer.registry import Skills, find_skills
from unhear.understand.grammar import Grammar
from unhear.understand.languages import LANGUAGES

OURS = [
    skill for skill in find_skills().all() if type(skill).__module__.startswith("unhear.skills")
]
FOLDERS = {skill.name: skill.sentences for skill in OURS} | {"registry": registry.SENTENCES}
GERMAN = find_skills("de")
GRAMMAR = Grammar(GERMAN.all(), language="de")


def replies(folder: Path, language: str) -> Mapping[str, Any]:
    content: Mapping[str, Any] = yaml.safe_load((folder / f"{language}.yaml").read_text())
    said: Mapping[str, Any] = content.get("replies", {})
    return said


def slots(reply: object) -> set[str]:
    texts = reply.values() if isinstance(reply, Mapping) else [reply]
    parsed = (part for text in texts for part in string.Formatter().parse(str(text)))
    return {name for _, name, _, _ in parsed if name}


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_the_replies_of_all_languages_are_the_same_ones(name: str) -> None:
    english = replies(FOLDERS[name], "en")
    for language in LANGUAGES:
        other = replies(FOLDERS[name], language)
        assert other.keys() == english.keys()
        for key, reply in english.items():
            if isinstance(reply, str):
                assert slots(other[key]) == slots(reply), (language, key)


@pytest.mark.parametrize("skill", OURS, ids=lambda skill: skill.name)
def test_a_skill_has_the_replies_that_it_gives(skill: Any) -> None:
    code = "".join(file.read_text() for file in skill.sentences.parent.glob("*.py"))
    used = set(re.findall(r"say(?:\.table|\.choices)?\(\s*\"(\w+)\"", code))
    assert used <= replies(skill.sentences, "en").keys()


@pytest.mark.parametrize("skill", OURS, ids=lambda skill: skill.name)
def test_the_intents_of_all_languages_are_known_to_the_skill(skill: Any) -> None:
    known = yaml.safe_load((skill.sentences / "en.yaml").read_text())["intents"].keys()
    for language in LANGUAGES:
        intents = yaml.safe_load((skill.sentences / f"{language}.yaml").read_text())["intents"]
        assert intents.keys() <= known | set()


@pytest.mark.parametrize(
    ("said", "skill", "slots"),
    [
        ("Wie spät ist es?", "time_and_date", {}),
        ("Wie spät ist es in Tokio?", "time_and_date", {"place": "Asia/Tokyo"}),
        ("Stelle einen Timer auf zehn Minuten.", "timers", {"duration": 600}),
        ("Was ist zwölf plus sieben?", "arithmetic", {"a": 12, "operator": "plus", "b": 7}),
        ("Setze Milch, Eier auf die Einkaufsliste", "shopping_list", {"items": "milch und eier"}),
        ("Schreib Fenster putzen auf die Aufgabenliste", "todo_list", {"items": "fenster putzen"}),
        ("Lösche alles, was ich heute gesagt habe.", "privacy", {}),
        ("Schlaf bis 7 Uhr", "privacy", {"time": "7:00"}),
        ("Weck mich morgen um halb sieben", "alarms", {"date": "+1", "time": "6:30"}),
        (
            "Erinnere mich in zehn Minuten an die Pizza",
            "reminders",
            {"after": 600, "what": "die pizza"},
        ),
        ("Wirf eine Münze", "chance", {}),
        ("Sag allen, das Essen ist fertig", "intercom", {"message": "das essen ist fertig"}),
        ("Wie viele Tage sind es bis Weihnachten?", "calendar_facts", {"feast": "12-25"}),
        ("Lautstärke fünfzig", "volume", {"level": 50}),
        ("Lauter!", "volume", {}),
        ("Erzähl mir einen Witz", "stories", {}),
        ("Schalte die Lampe ein", "home", {"name": "lampe"}),
        ("Merk dir, dass der Schlüssel hier liegt", "notes", {"note": "der schlüssel hier liegt"}),
        ("Spiel Musik", "music", {}),
        ("Wie wird das Wetter morgen?", "weather", {"date": "+1"}),
        ("Stopp", "quiet", {}),
        ("Stelle die Heizung auf 21 Grad", "home", {"degrees": 21}),
        (
            "Stelle die Küchenheizung auf 20,5 Grad",
            "home",
            {"name": "küchenheizung", "degrees": 20.5},
        ),
        ("Sag im Spielzimmer, dass das Essen fertig ist", "intercom", {"rest": ANY}),
        ("Wie spät ist es in Atlantis?", "time_and_date", {"elsewhere": "atlantis"}),
        ("Beende die Musik", "quiet", {}),
        ("Sag das noch einmal", "repeat", {}),
        (
            "Frag das Modell warum der Himmel blau ist",
            "ask",
            {"question": "warum der himmel blau ist"},
        ),
    ],
)
def test_german_requests(said: str, skill: str, slots: Mapping[str, object]) -> None:
    intent = GRAMMAR.interpret(said)
    assert intent is not None
    assert (intent.skill, dict(intent.slots)) == (skill, slots)


def test_german_is_spoken() -> None:
    say = Skills(OURS, "de").replies("shopping_list")
    assert say("already", items=["Milch", "Brot"], count=2) == (
        "Milch und Brot stehen schon auf deiner Einkaufsliste."
    )
