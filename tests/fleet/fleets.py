"""A fleet at a real HTTP server, and homes that speak with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import numpy as np

from tests.home import SetClock
from tests.web.servers import served
from unhear.fleet.fleet import Fleet, make_fleet
from unhear.forget.traces import new_trace_id
from unhear.learn.labelled import Labelled
from unhear.learn.releases import Rules
from unhear.learn.subjects import FLEET
from unhear.learn.wake import DIMENSION, OTHER, WORD
from unhear.settings import Settings
from unhear.stores.log_files import LogFolder
from unhear.web.fleet import fleet_app

RULES = Rules(homes_min=3, every=timedelta(days=7), stays=timedelta(days=30))


def numbers(label: str, seed: int = 0) -> bytes:
    centre = 12 if label == WORD else -12
    values = centre + np.random.default_rng(seed).integers(-12, 13, DIMENSION)
    return FLEET.contribution.write(Labelled(values.astype(np.int8), label))


@dataclass
class Member:
    """A home as the fleet sees it: a token, and what it sends."""

    client: httpx2.Client

    def put(self, one: str, body: bytes) -> httpx2.Response:
        return self.client.put(f"/contributions/{one}", content=body)

    def contribute(self, label: str, seed: int = 0) -> str:
        one = new_trace_id().hex()
        assert self.put(one, numbers(label, seed)).status_code == 204
        return one

    def held(self) -> list[str]:
        found: list[str] = self.client.get("/contributions").json()["ids"]
        return found

    def forget(self, *ids: str) -> Any:
        answer = self.client.post("/contributions/forget", json={"ids": list(ids)})
        assert answer.status_code == 200, answer.text
        return answer.json()["receipt"]


@dataclass
class Served:
    """A fleet, and where it answers."""

    fleet: Fleet
    url: str
    clock: SetClock

    @contextmanager
    def member(self) -> Iterator[Member]:
        with httpx2.Client(base_url=self.url, trust_env=False) as client:
            invitation = {"invitation": self.fleet.invite()}
            joined = client.post("/homes", json=invitation)
            assert joined.status_code == 201, joined.text
            client.headers["authorization"] = f"Bearer {joined.json()['token']}"
            yield Member(client)

    def pass_days(self, days: int) -> None:
        """Let days pass, tended every day as a fleet is."""
        for _ in range(days):
            self.clock.pass_time(days=1)
            self.fleet.tend()


@contextmanager
def fleet_at(folder: Path, rules: Rules = RULES) -> Iterator[Served]:
    settings, clock = Settings(house=folder), SetClock()
    if not settings.database_file.exists():
        make_fleet(settings, "fleet.example/1")
    fleet = Fleet(settings, rules, clock)
    with served(fleet_app(fleet, LogFolder(settings.ledger_folder))) as url:
        yield Served(fleet, url, clock)
    fleet.close()


def taught(member: Member, seed: int) -> list[str]:
    """Let a home contribute two of each label; answer their ids."""
    return [member.contribute(label, 10 * seed + n) for label in (WORD, OTHER) for n in (0, 1)]
