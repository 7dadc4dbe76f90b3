"""What a skill says, in the house's language: templates that stand beside its sentences.

A template's slots are filled with plain values, and said as the language says them:

| slot | value | said |
|---|---|---|
| `{name}` | text | as it is |
| `{left}` | `timedelta` | "2 minutes and 5 seconds" |
| `{result}` | a number | "2.5", "about 0.333333" |
| `{items}`, `{items:or}` | a sequence of texts | "a, b and c", "a, b or c" |
| `{now:time}`, `{now:date}`, `{now:weekday}` | `datetime` | "3:09 p.m.", "Saturday, 14 ..." |

A template that ends like a sentence begins with a capital letter, whatever fills its first slot.
"""

import string
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from unhear.answer.errors import SkillBroken
from unhear.answer.wording import Wording, sentence

SECTION = "replies"
COUNTED = {"one", "other"}
"""A reply of these two is chosen by its slot `count`."""

ENDINGS = (".", "!", "?", "…")
"""What ends a sentence."""


class Replies:
    """The replies of one skill in one language, by their keys."""

    def __init__(self, name: str, content: Mapping[str, Any], wording: Wording) -> None:
        """Take the section `replies` of a file; `name` is whose they are, for errors."""
        self._name = name
        self._content = content
        self._fill = _Filling(wording)
        self.wording = wording

    def __call__(self, key: str, **slots: object) -> str:
        """Answer the reply of this key with its slots filled. Raises `SkillBroken`."""
        template = self._found(key)
        if isinstance(template, Mapping):
            template = template["one" if slots.get("count") == 1 else "other"]
        said = self._fill.format(str(template), **slots)
        if not str(template).endswith(ENDINGS):
            return said
        # "... at 6 p.m." needs no second full stop.
        return sentence(said[:-1] if said.endswith("..") else said)

    def table(self, key: str) -> Mapping[str, str]:
        """Answer a table of words, such as "I" -> "you". Raises `SkillBroken`."""
        return {str(word): str(other) for word, other in self._found(key).items()}

    def choices(self, key: str) -> Sequence[str]:
        """Answer several texts to choose from. Raises `SkillBroken`."""
        return [str(text) for text in self._found(key)]

    def __contains__(self, key: str) -> bool:
        """Whether there is a reply of this key."""
        return key in self._content

    def fixed(self) -> Sequence[str]:
        """Answer the whole replies without slots: they tell nothing of what was asked."""
        texts = (text for text in self._content.values() if isinstance(text, str))
        return [text for text in texts if "{" not in text and text.endswith(ENDINGS)]

    def _found(self, key: str) -> Any:
        if key not in self._content:
            raise SkillBroken(f"the skill {self._name} has no reply {key!r} in this language")
        return self._content[key]


def load_replies(name: str, folder: Path, language: str, wording: Wording) -> Replies:
    """Read the replies in a folder's file of a language; none where there is no file or section.

    Raises `SkillBroken` for a file that cannot be read.
    """
    file = folder / f"{language}.yaml"
    try:
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        content = yaml.load(text, Loader=yaml.CSafeLoader)  # libyaml is ten times as fast
        replies = dict((content or {}).get(SECTION, {}))
    except (OSError, ValueError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise SkillBroken(f"{file} cannot be read ({type(error).__name__})") from None
    return Replies(name, replies, wording)


class _Filling(string.Formatter):
    """Fills slots with values as a language says them."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, timedelta):
            return self._wording.duration(value)
        if isinstance(value, datetime):
            return self._moment(value, format_spec)
        if isinstance(value, int | float | Decimal | Fraction):
            return self._wording.number(value)
        return self._wording.listed(value, format_spec or "and")

    def _moment(self, moment: datetime, form: str) -> str:
        if form == "date":
            return self._wording.date(moment)
        if form == "weekday":
            return self._wording.weekday(moment)
        return self._wording.time(moment)
