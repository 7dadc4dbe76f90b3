"""Read one skill's sentence file (YAML): hassil templates, lists, rules, spotting, vocabulary."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from hassil import Intents, recognize_all
from hassil.intents import RangeSlotList, TextSlotList
from hassil.sample import sample_expression

from unhear.household.speech import SlotValue
from unhear.understand.errors import GrammarError
from unhear.understand.languages import LANGUAGES, Language, Read
from unhear.understand.spotting import Spotter

SECTIONS = {"intents", "lists", "rules", "spotting", "vocabulary", "replies"}

ANYTHING = "anything"
"""What is said for a slot that holds free text, where a sentence is tried out."""

_TEMPLATE = re.compile(r"[\[\](){}<>|]")
_RULE = re.compile(r"<(\w+)>")
_REFERENCE = re.compile(r"\{(\w+)(?::(\w+))?\}")


@dataclass(frozen=True, slots=True)
class SentenceFile:
    """What a skill listens for in one language.

    `answers` holds every slot as an intent of its own, for when it was asked for; `types` reads the
    typed slots by name, and `samples` holds something to say for each. `phrases` are the plain
    phrases of its lists, and `words` all that it listens for, so that only other words are taken
    for what they sound like.
    """

    skill: str
    templates: Intents
    answers: Intents
    types: Mapping[str, Read]
    samples: Sequence[tuple[str, str]]
    spotters: Sequence[Spotter]
    vocabulary: Sequence[str]
    phrases: frozenset[str]
    words: frozenset[str]

    def read(self, slot: str, words: str, language: str) -> SlotValue | None:
        """Answer what plain `words` mean as the value of `slot` alone, or None for nothing."""
        read = self.types.get(slot)
        if read is not None and (value := read(words)) is not None:
            return value
        for result in recognize_all(words, self.answers, language=language):
            if result.intent.name == slot:
                found: SlotValue = result.entities[slot].value
                return found
        return None


def load(skill: str, file: Path, language: str) -> SentenceFile:
    """Read a file whole. Raises `GrammarError`, so that no request ever finds a broken template."""
    try:
        words = LANGUAGES[language]
        content = _content(file)
        _check_rules(content)
        templates = _templates(content, language)
        _try(templates, language)
        return SentenceFile(
            skill,
            templates,
            _answers(content, language),
            _types(content, words),
            list(_samples(content, templates, words)),
            [
                _spotter(name, part, content, words)
                for name, part in content.get("spotting", {}).items()
            ],
            _vocabulary(content, templates),
            frozenset(_phrases(content, words)),
            frozenset(_words(content, words)),
        )
    except KeyError as error:
        raise GrammarError(f"{file}: there is no {error}") from None
    except Exception as error:  # noqa: BLE001 - YAML and hassil raise, and assert, many things
        raise GrammarError(f"{file}: {error}") from None


def _content(file: Path) -> Mapping[str, Any]:
    content = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    if not isinstance(content, dict) or not content.keys() <= SECTIONS:
        raise GrammarError(f"expected only {', '.join(sorted(SECTIONS))} at the top")
    return content


def _check_rules(content: Mapping[str, Any]) -> None:
    """Raise `GrammarError` for a rule that is not there: hassil notices when it must look it up.

    A rule called `off` or `no` is not there: to YAML these are no words.
    """
    rules = content.get("rules", {})
    templates = [text for texts in content.get("intents", {}).values() for text in texts]
    named = _RULE.findall(" ".join([*templates, *rules.values()]))
    if missing := {name for name in named if name not in rules}:
        raise GrammarError(f"there is no rule {', '.join(sorted(missing))}")


def _templates(content: Mapping[str, Any], language: str) -> Intents:
    words = LANGUAGES[language]
    plain = words.plain_template
    intents = {
        name: {"data": [{"sentences": [plain(sentence) for sentence in sentences]}]}
        for name, sentences in content.get("intents", {}).items()
    }
    rules = {name: plain(rule) for name, rule in content.get("rules", {}).items()}
    lists = {name: _list(one, words) for name, one in content.get("lists", {}).items()}
    return Intents.from_dict(
        {"language": language, "intents": intents, "lists": lists, "expansion_rules": rules}
    )


def _answers(content: Mapping[str, Any], language: str) -> Intents:
    """Answer every slot as an intent, with its lists that no type reads."""
    lists = content.get("lists", {})
    intents = {
        slot: {"data": [{"sentences": [f"{{{name}:{slot}}}" for name in untyped]}]}
        for slot, names in _slots(content).items()
        if (untyped := [name for name in names if "type" not in lists[name]])
    }
    words = LANGUAGES[language]
    read = {name: _list(one, words) for name, one in lists.items()}
    return Intents.from_dict({"language": language, "intents": intents, "lists": read})


def _list(one: Mapping[str, Any], words: Language) -> Mapping[str, Any]:
    """Answer a list as hassil reads it: a typed one is a wildcard whose text is read later."""
    if "type" in one:
        if one["type"] not in words.types:
            raise GrammarError(
                f"a list's type is one of {', '.join(words.types)}, not {one['type']!r}"
            )
        return {"wildcard": True}
    if "values" not in one:
        return one
    return {
        "values": [{"in": words.plain_template(said), "out": out} for said, out in _values(one)]
    }


def _values(one: Mapping[str, Any]) -> Iterable[tuple[str, SlotValue]]:
    """Yield what is said and what it means; a value is words, or {in: words, out: value}."""
    for value in one["values"]:
        yield (value["in"], value["out"]) if isinstance(value, dict) else (value, value)


def _types(content: Mapping[str, Any], words: Language) -> Mapping[str, Read]:
    """Answer how to read each slot that is typed in any of its lists."""
    typed = {name: one["type"] for name, one in content.get("lists", {}).items() if "type" in one}
    return {
        slot: words.types[typed[name]]
        for slot, names in _slots(content).items()
        for name in names
        if name in typed
    }


def _samples(
    content: Mapping[str, Any], templates: Intents, words: Language
) -> Iterable[tuple[str, str]]:
    """Yield something to say for each list of each slot of the templates."""
    for slot, names in _slots(content).items():
        for name in names:
            one = templates.slot_lists[name]
            if isinstance(one, TextSlotList):
                yield slot, next(iter(sample_expression(one.values[0].text_in)))
            elif isinstance(one, RangeSlotList):
                yield slot, str(one.start)
            else:
                kind = content["lists"][name].get("type")
                yield slot, ANYTHING if kind is None else words.samples[kind]


def _slots(content: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
    """Answer the lists of each slot: `{list}` or `{list:slot}`, or one that is spotted."""
    templates = [text for texts in content.get("intents", {}).values() for text in texts]
    templates += content.get("rules", {}).values()
    found = [(slot or name, name) for name, slot in _REFERENCE.findall(" ".join(templates))]
    for part in content.get("spotting", {}).values():
        found += part["slots"].items()
    slots: dict[str, list[str]] = {}
    for slot, name in found:
        if name in content.get("lists", {}) and name not in slots.setdefault(slot, []):
            slots[slot].append(name)
    return {slot: names for slot, names in slots.items() if names}


def _try(templates: Intents, language: str) -> None:
    """Parse every template and look up all it refers to; hassil does so only when it must."""
    for intent in templates.intents.values():
        for data in intent.data:
            for sentence in data.sentences:
                names = set(sentence.list_names(templates.expansion_rules))
                missing = {name for name in names - templates.slot_lists.keys() if ".." not in name}
                if missing:
                    raise GrammarError(f"there is no list {', '.join(sorted(missing))}")
    for slot_list in templates.slot_lists.values():
        if isinstance(slot_list, TextSlotList) and not slot_list.values:
            raise GrammarError(f"the list {slot_list.name!r} is empty")
    next(iter(recognize_all("nothing", templates, language=language)), None)


def _spotter(
    name: str, part: Mapping[str, Any], content: Mapping[str, Any], language: Language
) -> Spotter:
    phrases = {
        slot: {language.plain(said): out for said, out in _values(content["lists"][list_name])}
        for slot, list_name in part["slots"].items()
    }
    if unknown := set(part["requires"]) - phrases.keys():
        raise GrammarError(f"{name} requires {', '.join(sorted(unknown))}, which is no slot of it")
    around = " ".join(language.plain(words) or words for words in part.get("around", []))
    return Spotter(name, phrases=phrases, requires=part["requires"], around=around.split())


def _vocabulary(content: Mapping[str, Any], templates: Intents) -> Sequence[str]:
    """Answer the phrases the file gives; without them, what its lists mean."""
    if "vocabulary" in content:
        return [str(phrase) for phrase in content["vocabulary"]]
    return [
        str(value.value_out)
        for slot_list in templates.slot_lists.values()
        if isinstance(slot_list, TextSlotList)
        for value in slot_list.values
    ]


def _phrases(content: Mapping[str, Any], language: Language) -> Iterable[str]:
    """Yield what the lists hold, as it reaches the grammar; templates are left out."""
    for one in content.get("lists", {}).values():
        for said, _ in _values(one) if "values" in one else ():
            if not _TEMPLATE.search(said):
                yield language.plain(said)


def _words(content: Mapping[str, Any], language: Language) -> Iterable[str]:
    """Yield every word that stands in a sentence, a rule, a list or around spotted slots."""
    texts = [text for sentences in content.get("intents", {}).values() for text in sentences]
    texts += content.get("rules", {}).values()
    texts += [
        text for part in content.get("spotting", {}).values() for text in part.get("around", [])
    ]
    for one in content.get("lists", {}).values():
        texts += [said for said, _ in _values(one)] if "values" in one else []
    for text in texts:
        bare = re.sub(r"\{[^}]*\}|<[^>]*>|[\[\]()|]", " ", language.plain_template(str(text)))
        yield from bare.split()
