"""Browsers in which guardians have signed in before."""

from dataclasses import dataclass, field
from datetime import datetime

from unhear.household.words import PersonId

BROWSERS_MAX = 20
"""How many browsers of one guardian are known; the one in which nobody signed in for
longest gives way, and with it whoever is signed in there."""


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """A browser in which a guardian signed in, and when last.

    `id` is what is remembered of its cookie (SHA-256): nothing that can be used as one. To be known
    signs nobody in. `key` seals what is written down of the sign-in there (32 bytes); it is made
    anew with each, and None where the last sign-in was before there was one.
    """

    id: bytes
    person: PersonId
    signed_in_at: datetime
    key: bytes | None = field(default=None, repr=False)


def with_browser(known: tuple[KnownBrowser, ...], new: KnownBrowser) -> tuple[KnownBrowser, ...]:
    """Answer these with a new one, in place of the same browser, and with no more than may be."""
    rest = [one for one in known if one.id != new.id]
    own = sorted(
        (one for one in rest if one.person == new.person), key=lambda one: one.signed_in_at
    )
    oldest = own[: max(0, len(own) + 1 - BROWSERS_MAX)]
    return (*(one for one in rest if one not in oldest), new)
