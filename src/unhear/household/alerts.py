"""What a guardian's browser can be told of while nobody looks at the console."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from unhear.household.words import PersonId, TraceId

SUBSCRIPTIONS_MAX = 10
"""How many browsers of one guardian can be told; the oldest gives way."""


class AlertKind(StrEnum):
    """Why a browser is told."""

    RINGING = "ringing"
    """A timer or an alarm rings."""

    DECISION = "decision"
    """A guardian is asked for consent, or must know that one counts no more."""

    AWAY = "away"
    """A voice device has been gone for a while."""

    TROUBLE = "trouble"
    """A check of the house is not as it should be."""

    RANG = "rang"
    """Somebody rang at a door."""

    SEEN = "seen"
    """A camera sees a person."""

    STAFF_ASKED = "staff_asked"
    """Staff of whoever runs the house ask to see or hear recordings."""

    STAFF_LOOKED = "staff_looked"
    """They opened one, as a guardian granted."""

    STAFF_REFUSED = "staff_refused"
    """Something that they wanted was refused."""

    SIGNED_IN = "signed-in"
    """A guardian signed in from a browser that was not seen before."""

    GUESSING = "guessing"
    """Somebody tries out passphrases."""


ALWAYS = frozenset(
    {
        AlertKind.STAFF_ASKED,
        AlertKind.STAFF_LOOKED,
        AlertKind.STAFF_REFUSED,
        AlertKind.SIGNED_IN,
        AlertKind.GUESSING,
    }
)
"""Told to every browser that is told anything: nobody who got in can leave these out."""

CHOSEN = tuple(kind for kind in AlertKind if kind not in ALWAYS)
"""What each guardian chooses for each browser."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to tell: never a word that was said, a room's name at most.

    `whom` is the guardian whom it concerns; None where it concerns all of them. `clip` is what a
    camera keeps of it, where anything is kept: only its random name is told. `picture` is what it
    shows (JPEG), for the browsers whose guardians want that; `gone` takes back what was shown.
    """

    kind: AlertKind
    at: datetime
    room: str | None = None
    whom: PersonId | None = None
    clip: TraceId | None = None
    picture: bytes | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Subscription:
    """One browser of one guardian that is told (W3C Push API).

    `id` is what is remembered of the browser's cookie (SHA-256), `endpoint` the URL of its push
    service, `key` its public key (P-256, 65 bytes) and `auth` the secret shared with it (16 bytes).
    `pictures` says whether it is shown who is at a camera, and not told alone.
    """

    id: bytes
    person: PersonId
    endpoint: str
    key: bytes
    auth: bytes
    kinds: frozenset[AlertKind]
    added_at: datetime
    pictures: bool = False


def with_subscription(
    known: tuple[Subscription, ...], new: Subscription
) -> tuple[Subscription, ...]:
    """Answer these with a new one, in place of the same browser's, and with no more than may be."""
    rest = [s for s in known if s.id != new.id and s.endpoint != new.endpoint]
    own = [s for s in rest if s.person == new.person]
    oldest = sorted(own, key=lambda s: s.added_at)[: max(0, len(own) + 1 - SUBSCRIPTIONS_MAX)]
    return (*(s for s in rest if s not in oldest), new)
