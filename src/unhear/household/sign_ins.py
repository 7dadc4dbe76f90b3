"""How long somebody stays signed in to the console, by the clock on the wall.

Every process that serves a house goes by the same moments, on machines whose clocks may differ a
little. A moment that lies further ahead says that the clock was set back since: how long ago it
was cannot be told, so it counts as too long ago.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from unhear.household.words import PersonId

IDLE = timedelta(hours=12)
AT_MOST = timedelta(days=7)
FRESH = timedelta(minutes=5)
AHEAD = timedelta(minutes=2)
"""How far ahead the clock of another machine of the house may be."""

NOTED = timedelta(minutes=5)
"""That it was used is written down no more often than this."""

ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class SignIn:
    """One browser of one guardian.

    `token` is what is remembered of its cookie (SHA-256), `browser` of the cookie by which it is
    known; `kind` what the browser and its system say they are; `method` how it was proved last who
    it is (`household.methods`).
    """

    token: bytes
    browser: bytes
    person: PersonId
    method: str
    kind: tuple[str, str]
    opened_at: datetime
    used_at: datetime
    proved_at: datetime

    @property
    def id(self) -> str:
        """What names it to its guardian, and opens nothing."""
        return self.token[:ID_BYTES].hex()

    def fresh(self, now: datetime) -> bool:
        """Whether who it is was proved a moment ago."""
        return -AHEAD <= now - self.proved_at <= FRESH

    def over(self, now: datetime) -> bool:
        """Whether it has ended by itself, or nobody can tell."""
        if max(self.opened_at, self.used_at) - now > AHEAD:
            return True
        return now - self.used_at > IDLE or now - self.opened_at > AT_MOST

    def to_be_noted(self, now: datetime) -> bool:
        """Whether it is to be written down that it is used."""
        return now - self.used_at >= NOTED
