"""How numbers, times and lists are said, one module a language."""

from unhear.answer.languages.english import English
from unhear.answer.languages.german import German
from unhear.answer.wording import Wording

WORDINGS: dict[str, Wording] = {"en": English(), "de": German()}
"""By the language's code."""
