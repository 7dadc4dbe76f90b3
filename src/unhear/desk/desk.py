"""One desk, put together from its folder."""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from time import monotonic

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from unhear.clock import Clock, now, random_bytes
from unhear.desk.homes import Homes
from unhear.desk.key import open_key
from unhear.desk.looks import Looks
from unhear.desk.oidc import Oidc
from unhear.desk.people import NOT_INVITED, People
from unhear.desk.requests import Requests
from unhear.desk.sessions import Sessions
from unhear.desk.settings import DeskSettings, read_desk_settings
from unhear.desk.store import Store
from unhear.web.ceremonies import Ceremonies
from unhear.web.challenges import ChallengesHere

TOKEN_BYTES = 32
WITHIN_SECONDS = 600.0
"""How long after the issuer's word a passkey must be shown."""

NAMED_MAX = 1_000


class NamedByOidc:
    """Browsers of which the issuer said whose they are, and that show a passkey next."""

    def __init__(self) -> None:
        self._named: dict[str, tuple[str, float]] = {}
        self._lock = Lock()

    def note(self, staff: str) -> str:
        """Answer a secret for the browser of somebody."""
        token, begun = random_bytes(TOKEN_BYTES).hex(), monotonic()
        with self._lock:
            named = {k: v for k, v in self._named.items() if begun - v[1] <= WITHIN_SECONDS}
            while len(named) >= NAMED_MAX:
                del named[next(iter(named))]
            self._named = {**named, token: (staff, begun)}
        return token

    def who(self, token: str) -> str | None:
        """Answer whose browser brings a secret, None for what is unknown or over."""
        staff, begun = self._named.get(token, ("", -WITHIN_SECONDS))
        return staff if staff and monotonic() - begun <= WITHIN_SECONDS else None

    def forget(self, token: str) -> None:
        """Let a secret say nothing any more."""
        with self._lock:
            self._named.pop(token, None)


@dataclass
class Desk:
    """What every page and operation of a desk works with."""

    settings: DeskSettings
    origin: str
    store: Store
    key: Ed25519PrivateKey
    clock: Clock = now
    named: NamedByOidc = field(default_factory=NamedByOidc)

    def __post_init__(self) -> None:
        """Put the parts together."""
        self.people = People(self.store, self.clock)
        self.sessions = Sessions(self.store, self.clock)
        self.homes = Homes(self.settings, self.key, self.clock)
        self.requests = Requests(self.store, self.homes, self.clock)
        self.looks = Looks(self.store, self.settings, self.clock)
        self.ceremonies = Ceremonies(self.origin, ChallengesHere())
        oidc = self.settings.oidc
        self.oidc = None if oidc is None else Oidc(oidc, self.origin, self.clock)

    def invited(self, invitation: str | None, token: str) -> str:
        """Answer who may make a passkey: by an invitation, or by the issuer's word for a browser.

        Raises `Problem`.
        """
        if invitation is not None:
            return self.people.invited(invitation).id
        staff = self.named.who(token)
        if staff is None:
            raise NOT_INVITED
        return staff

    def close(self) -> None:
        """Close the database."""
        self.store.close()


def open_desk(folder: Path, clock: Clock = now) -> Desk:
    """Open the desk in a folder; its key is made where there is none yet.

    Raises `SettingsWrong` and `StoreError`.
    """
    settings = read_desk_settings(folder)
    store = Store(folder)
    port = settings.page.rpartition(":")[2]
    origin = settings.origin or f"http://localhost:{port}"
    return Desk(settings, origin, store, open_key(folder), clock)
