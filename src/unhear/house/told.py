"""What the house tells guardians, in the words of a language."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from unhear.keep.notices import Told

WORDS = Path(__file__).parent / "told_words"
TABLES = {
    "purpose": "purposes",
    "why": "lapses",
    "method": "methods",
    "browser": "browsers",
    "system": "systems",
    "operation": "operations",
}
"""Slots that hold words of the house itself, and where a language has its own for them."""

MONTH = "month"
"""The slot of a month, as ISO 8601 has it: `2027-06`."""


def told_text(told: Told, language: str) -> str:
    """Answer a notice as it is read in a language. Raises `KeyError` for one that nobody wrote."""
    words = _words(language)
    slots = {slot: _said(slot, said, words) for slot, said in told.slots.items()}
    return str(words[told.key]).format(**slots)


def _said(slot: str, said: str, words: dict[str, Any]) -> str:
    if slot == MONTH:
        year, _, month = said.partition("-")
        return f"{words['months'][int(month) - 1]} {year}"
    return str(words.get(TABLES.get(slot, ""), {}).get(said, said))


@cache
def _words(language: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(
        (WORDS / f"{language}.yaml").read_text(), Loader=yaml.CSafeLoader
    )
    return content
