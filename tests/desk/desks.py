"""A desk behind a real HTTP server, its staff, and real homes that it may ask."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import tomlkit
import uvicorn
from fastapi import Response

from tests.home import PASSPHRASE
from tests.web.consoles import Console, console
from unhear import clock as clocks
from unhear.cli.sharing import _headers
from unhear.clock import Clock
from unhear.desk.app import desk_app
from unhear.desk.desk import Desk, open_desk
from unhear.desk.key import open_key, public_text
from unhear.desk.people import Member
from unhear.household.staff import Role
from unhear.household.words import TraceId
from unhear.keep import age
from unhear.settings import StaffSettings
from unhear.web.ceremonies import NewPasskey
from unhear.web.serving import _config

OPERATOR = "Example Ltd"
PAGE = {"accept": "text/html"}


@dataclass(frozen=True)
class Worker:
    """A member of staff who joined, and the identity that their passkey makes."""

    member: Member
    identity: age.Identity


@dataclass
class Served:
    """A desk that is served from a folder."""

    desk: Desk
    folder: Path

    def worker(self, role: Role, name: str = "Alex") -> Worker:
        """Have somebody join who needs no browser."""
        identity = age.Identity.generate()
        member, token = self.desk.people.invite(name, role)
        made = NewPasskey(clocks.random_bytes(16), b"", 0)
        joined = self.desk.people.join(member.id, token, made, str(identity.recipient))
        return Worker(joined, identity)

    def client(self, who: Worker | None = None, **headers: str) -> httpx2.Client:
        """Answer a client, of somebody who is signed in, or of nobody."""
        own = {"origin": self.desk.origin, **headers}
        if who is not None:
            response = Response()
            session = self.desk.sessions.open(who.member.id, response)
            own["cookie"] = response.headers["set-cookie"].partition(";")[0]
            own["x-csrf"] = session.csrf
        return httpx2.Client(base_url=self.desk.origin, headers=own, trust_env=False, timeout=60)

    def written(self) -> bytes:
        """Answer every byte of the desk's folder."""
        return b"".join(one.read_bytes() for one in sorted(self.folder.rglob("*")))


@contextmanager
def desk_at(
    folder: Path, homes: Sequence[tuple[str, str]] = (), clock: Clock = clocks.now, **more: Any
) -> Iterator[Served]:
    """Serve a desk that knows these homes, by their ids and URLs."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        written = {
            "name": OPERATOR,
            "page": f"127.0.0.1:{port}",
            **more,
            "homes": [{"id": one, "url": url} for one, url in homes],
        }
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "desk.toml").write_text(tomlkit.dumps(written))
        desk = open_desk(folder, clock)
        server = uvicorn.Server(_config(desk_app(desk)))
        thread = Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield Served(desk, folder)
        finally:
            server.should_exit = True
            thread.join()
            desk.close()


@dataclass
class Home:
    """A real home that takes what a desk asks, and its guardian."""

    console: Console

    @property
    def id(self) -> str:
        return self.console.house.household.id.hex()

    @property
    def place(self) -> tuple[str, str]:
        return self.id, self.console.url

    def grant(self, recording: TraceId, recipient: str) -> str:
        """Grant what somebody asked last, as a guardian's browser does; answer the grant's id."""
        house = self.console.house
        asked = next(one for one in house.access.requests() if one.staff.recipient == recipient)
        identity = house.identity.open_with_passphrase(PASSPHRASE)
        to = [age.Recipient.parse(recipient)]
        headers = [age.rewrap(one, identity, to) for one in _headers(house, recording)]
        guardian = house.household.people[0].id
        changed = house.access.grant(guardian, asked.id, [(recording, headers)])
        return changed.grants[0].hex()


@contextmanager
def home_at(folder: Path, desk: Path) -> Iterator[Home]:
    """Serve a home that takes messages of the desk in a folder."""
    desk.mkdir(parents=True, exist_ok=True)
    key = public_text(open_key(desk))
    staff = StaffSettings(desk="https://desk.example", key=key, name=OPERATOR)
    with console(folder, staff=staff) as served:
        assert served.house.reception is not None
        yield Home(served)
