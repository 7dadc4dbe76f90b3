"""The languages that are understood."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from unhear.household.speech import SlotValue
from unhear.understand.english import times as english_times
from unhear.understand.english import values as english_values
from unhear.understand.english import wording as english_wording
from unhear.understand.english.small_words import ENGLISH
from unhear.understand.german import times as german_times
from unhear.understand.german import values as german_values
from unhear.understand.german import wording as german_wording
from unhear.understand.german.small_words import GERMAN
from unhear.understand.small_words import SmallWords

Read = Callable[[str], SlotValue | None]


@dataclass(frozen=True, slots=True)
class Language:
    """How one language is read.

    `plain` brings what was heard into one form, and `plain_template` a skill's sentences into the
    same; `types` reads the typed slots, and `samples` holds something that each reads.
    `leading_duration` answers the length of time with which words begin, in seconds or None, and
    the words behind it. `joints` are the words at which two requests are said in one sentence, and
    `correction` is how somebody begins to say what they had meant.
    """

    plain: Callable[[str], str]
    plain_template: Callable[[str], str]
    types: Mapping[str, Read]
    samples: Mapping[str, str]
    leading_duration: Callable[[str], tuple[int | None, str]]
    joints: tuple[str, ...]
    correction: re.Pattern[str]
    small: SmallWords


LANGUAGES: Mapping[str, Language] = {
    "en": Language(
        english_wording.plain,
        english_wording.plain_template,
        {
            "number": english_values.number_from,
            "duration": english_values.duration_from,
            "time": english_times.time_from,
            "date": english_times.date_from,
        },
        {"number": "7", "duration": "10 minutes", "time": "7 30 am", "date": "tomorrow"},
        english_values.leading_duration,
        (" and then ", " and also ", " and ", " then "),
        re.compile(r"(?:no (?:and )?)*(?:what )?i (?:meant|mean|said)(?: was| to say)?(?: and)? "),
        ENGLISH,
    ),
    "de": Language(
        german_wording.plain,
        german_wording.plain_template,
        {
            "number": german_values.number_from,
            "duration": german_values.duration_from,
            "time": german_times.time_from,
            "date": german_times.date_from,
        },
        {"number": "7", "duration": "10 minuten", "time": "7 uhr 30", "date": "morgen"},
        german_values.leading_duration,
        (" und dann ", " und ", " dann "),
        re.compile(r"(?:nein (?:und )?)*ich (?:meinte|meine|sagte|wollte sagen)(?: und)? "),
        GERMAN,
    ),
}
"""By their codes."""
