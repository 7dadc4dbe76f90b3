"""The languages that are understood."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from unhear.household.speech import SlotValue
from unhear.understand.english import times as english_times
from unhear.understand.english import values as english_values
from unhear.understand.english import wording as english_wording
from unhear.understand.german import times as german_times
from unhear.understand.german import values as german_values
from unhear.understand.german import wording as german_wording

Read = Callable[[str], SlotValue | None]


@dataclass(frozen=True, slots=True)
class Language:
    """How one language is read.

    `plain` brings what was heard into one form, and `plain_template` a skill's sentences into the
    same; `types` reads the typed slots. `leading_duration` answers the length of time with which
    words begin, in seconds or None, and the words behind it. `joints` are the words at which two
    requests are said in one sentence.
    """

    plain: Callable[[str], str]
    plain_template: Callable[[str], str]
    types: Mapping[str, Read]
    leading_duration: Callable[[str], tuple[int | None, str]]
    joints: tuple[str, ...]


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
        english_values.leading_duration,
        (" and then ", " and also ", " and ", " then "),
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
        german_values.leading_duration,
        (" und dann ", " und ", " dann "),
    ),
}
"""By their codes."""
