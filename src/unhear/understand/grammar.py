"""Words -> Intent, by the sentence files of all skills (hassil templates, or spotting)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml
from hassil import Intents, RecognizeResult, recognize_all
from hassil.intents import TextSlotList

from unhear.household.speech import Intent, SlotValue
from unhear.understand.spotting import Spotter
from unhear.understand.wording import plain


class GrammarError(Exception):
    """A skill's sentence file cannot be used; the message names the file and what is wrong."""


class Sentences(Protocol):
    """What the grammar needs of a skill."""

    @property
    def name(self) -> str:
        """The skill's name."""

    @property
    def sentences(self) -> Path:
        """The folder of its sentence files, one a language."""


@dataclass(frozen=True, slots=True)
class _SkillGrammar:
    skill: str
    templates: Intents
    spotters: Sequence[Spotter]
    phrases: Sequence[str]


class Grammar:
    """The sentences of all skills in one language; safe to use from several threads."""

    def __init__(self, skills: Iterable[Sentences], *, language: str = "en") -> None:
        """Load the sentence files. Raises `GrammarError`; a skill may lack the language."""
        self._language = language
        files = [(skill.name, skill.sentences / f"{language}.yaml") for skill in skills]
        self._skills = [_load(name, file, language) for name, file in files if file.is_file()]
        phrases = {phrase for skill in self._skills for phrase in skill.phrases}
        self._vocabulary = tuple(sorted(phrases))

    def vocabulary(self) -> Sequence[str]:
        """Answer the phrases worth telling a recogniser about."""
        return self._vocabulary

    def interpret(self, text: str) -> Intent | None:
        """Answer what `text` asks for, or None.

        Where several skills' sentences match, the one that says most of it itself wins.
        """
        words = plain(text)
        if not words:
            return None
        found = [match for skill in self._skills for match in self._matches(skill, words)]
        best = min(found, key=lambda match: match[0], default=None)
        return None if best is None else best[1]

    def _matches(
        self, skill: _SkillGrammar, words: str
    ) -> Iterable[tuple[tuple[int, str, str], Intent]]:
        for result in recognize_all(words, skill.templates, language=self._language):
            intent = Intent(skill.skill, result.intent.name, _slots(result))
            yield (-_said(result, words), skill.skill, intent.name), intent
        for spotter in skill.spotters:
            slots = spotter.spot(words)
            if slots is not None:
                intent = Intent(skill.skill, spotter.intent, slots)
                said = sum(len(str(value)) for value in slots.values())
                yield (-said, skill.skill, intent.name), intent


def _said(result: RecognizeResult, words: str) -> int:
    """Answer how many characters of `words` the template says itself, not a wildcard."""
    wild = [entity.text for entity in result.entities_list if entity.is_wildcard]
    return len(words) - sum(len(text) for text in wild)


def _slots(result: RecognizeResult) -> dict[str, SlotValue]:
    slots: dict[str, SlotValue] = {}
    for name, entity in result.entities.items():
        value = entity.value
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        slots[name] = value.strip() if isinstance(value, str) else value
    return slots


def _load(skill: str, file: Path, language: str) -> _SkillGrammar:
    try:
        content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        templates = Intents.from_dict(
            {
                "language": language,
                "intents": {
                    name: {"data": [{"sentences": sentences}]}
                    for name, sentences in content.get("intents", {}).items()
                },
                "lists": content.get("lists", {}),
                "expansion_rules": content.get("rules", {}),
            }
        )
        spotters = [
            Spotter(name, _phrases(fields["slots"], content), tuple(fields["requires"]))
            for name, fields in content.get("spotting", {}).items()
        ]
        # Parsing is lazy; a broken template must be found now, not at somebody's first request.
        for intent in templates.intents.values():
            for data in intent.data:
                _ = data.sentences
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise GrammarError(f"{file}: {error}") from None
    return _SkillGrammar(skill, templates, spotters, tuple(_vocabulary(content, templates)))


def _phrases(
    slots: Mapping[str, str], content: Mapping[str, Any]
) -> dict[str, list[tuple[str, str]]]:
    """Answer the phrases of each slot; list values are words, or {in: words, out: value}."""
    found: dict[str, list[tuple[str, str]]] = {}
    for slot, list_name in slots.items():
        found[slot] = []
        for value in content["lists"][list_name]["values"]:
            said, meant = (value["in"], value["out"]) if isinstance(value, dict) else (value, value)
            found[slot].append((plain(said), str(meant)))
    return found


def _vocabulary(content: Mapping[str, Any], templates: Intents) -> Iterable[str]:
    yield from content.get("vocabulary", [])
    for slot_list in templates.slot_lists.values():
        if isinstance(slot_list, TextSlotList):
            yield from (str(value.value_out) for value in slot_list.values)
