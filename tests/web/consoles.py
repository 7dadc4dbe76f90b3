"""A console behind a real HTTP server, and guardians who sign in to it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import uvicorn

from tests.home import PASSPHRASE, WORDS
from unhear.capture.sound import RATE_HZ
from unhear.capture.wave import wav_bytes
from unhear.forget.traces import new_trace_id
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.household.sign_ins import FRESH, SignIn
from unhear.household.words import UNKNOWN_PERSON, DeviceId, PersonId, TraceId, Utterance
from unhear.keep import identity as identities
from unhear.settings import Settings
from unhear.web.ceremonies import text
from unhear.web.console import console_app
from unhear.web.home import Home
from unhear.web.serving import _config
from unhear.web.sessions import COOKIE

API = "/api/v1"
SECONDS = 1.5
_moments = np.arange(int(SECONDS * RATE_HZ)) / RATE_HZ
TONE = wav_bytes((np.sin(2 * np.pi * 440 * _moments) * _moments * 12_000).astype(np.int16))
"""A tone that swells."""


@dataclass
class Console:
    """A console that is served."""

    home: Home
    url: str

    @property
    def house(self) -> House:
        return self.home.house

    def client(self, **headers: str) -> httpx2.Client:
        return httpx2.Client(
            base_url=self.url,
            headers={"origin": self.url, **headers},
            trust_env=False,
            timeout=60,
        )

    def guardian(self, name: str = "Ada", passphrase: str = PASSPHRASE) -> httpx2.Client:
        """Answer a client of a guardian who signed in with the passphrase."""
        client = self.client()
        proof = self.passphrase_proof(name, passphrase)
        answer = client.post(f"{API}/session/passphrase", json=proof)
        if answer.status_code != 200:
            client.close()
            raise AssertionError(answer.text)
        # A browser sends safe cookies to this machine; the library to TLS alone.
        client.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]
        client.headers["x-csrf"] = self.csrf(client)
        return client

    def csrf(self, client: httpx2.Client) -> str:
        page = client.get("/account")
        return page.text.partition('<meta name="csrf" content="')[2].partition('"')[0]

    def sign_in_of(self, client: httpx2.Client) -> SignIn:
        """Answer what the house knows of a client that is signed in."""
        cookies = dict(one.split("=", 1) for one in client.headers["cookie"].split("; "))
        found = self.house.sign_ins.of(cookies[COOKIE])
        assert found is not None
        return found

    def grow_stale(self, client: httpx2.Client | None = None) -> None:
        """Let the proof of a client, or every one, be as old as it may be, and a moment older."""
        sign_ins = self.house.sign_ins
        for one in sign_ins.all() if client is None else [self.sign_in_of(client)]:
            long_ago = one.proved_at - FRESH - timedelta(seconds=1)
            sign_ins._change(one, lambda now, at=long_ago: replace(now, proved_at=at))  # type: ignore[misc]

    def passphrase_proof(self, name: str = "Ada", passphrase: str = PASSPHRASE) -> dict[str, Any]:
        lock = self.house.identity.by_passphrase
        assert lock is not None
        key = identities._stretched(passphrase, lock.salt, lock.log_n)
        proof = identities._derived(key, identities.PASSPHRASE_PROOF)
        return {"guardian": name, "proof": text(proof)}

    def keep(
        self, person: PersonId = UNKNOWN_PERSON, device: str = "kitchen", **ago: float
    ) -> TraceId:
        """Keep a recording; answer its id."""
        now = self.house.clock()
        utterance = Utterance(
            of=new_trace_id(),
            heard_at=now - timedelta(**ago),
            device=DeviceId(device),
            person=person,
            seconds=SECONDS,
        )
        return self.house.catalogue.keep(
            wav=TONE,
            transcript=WORDS,
            utterance=utterance,
            keep_until=now + timedelta(days=30),
        )


@contextmanager
def console(folder: Path, *, made: bool = True, **wanted: Any) -> Iterator[Console]:
    """Serve the console of a house, which is made first unless told otherwise."""
    settings = Settings(house=folder / "house", **wanted)
    if made:
        plan = SetupPlan("Testers", "Ada", adults=("Jo",), children=("Mia",), keep=True)
        set_up(settings, plan, PASSPHRASE)
    home = Home(settings)
    if made:
        home.open()
    with served(home) as console:
        try:
            yield console
        finally:
            home.close()


@contextmanager
def served(home: Home) -> Iterator[Console]:
    """Serve the console of a house."""
    with _Server(home).answering() as url:
        yield Console(home, url)


class _Server(uvicorn.Server):
    def __init__(self, home: Home) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self.socket.getsockname()[1]}"
        home.origin = self.url
        super().__init__(_config(console_app(home)))
        self._thread = threading.Thread(target=self.run, args=([self.socket],))

    @contextmanager
    def answering(self) -> Iterator[str]:
        self._thread.start()
        try:
            yield self.url
        finally:
            self.should_exit = True
            self._thread.join()
            self.socket.close()
