"""Browsers in which guardians have signed in before."""

from dataclasses import dataclass
from datetime import datetime

from unhear.household.words import PersonId

BROWSERS_MAX = 20
"""How many browsers of one guardian are known; the one that was added first gives way."""


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """A browser in which a guardian signed in, and since when it is known.

    `id` is what is remembered of its cookie (SHA-256): nothing that can be used as one. To be known
    signs nobody in.
    """

    id: bytes
    person: PersonId
    added_at: datetime


def with_browser(known: tuple[KnownBrowser, ...], new: KnownBrowser) -> tuple[KnownBrowser, ...]:
    """Answer these with a new one, in place of the same browser, and with no more than may be."""
    rest = [one for one in known if one.id != new.id]
    own = sorted((one for one in rest if one.person == new.person), key=lambda one: one.added_at)
    oldest = own[: max(0, len(own) + 1 - BROWSERS_MAX)]
    return (*(one for one in rest if one not in oldest), new)
