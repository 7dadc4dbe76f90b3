"""What is done with a house all day: kept, looked at, learned from, shared and forgotten."""

from collections import Counter
from datetime import timedelta
from itertools import count
from threading import Event

import httpx2
from tests.cli.program import PASSPHRASE
from tests.learn.lessons import lesson, teach

from bench.soak.world import World
from unhear.forget.errors import NoSuchTrace
from unhear.forget.traces import new_trace_id
from unhear.house.grants import Terms
from unhear.household.scope import Scope
from unhear.household.words import UNKNOWN_PERSON, DeviceId, TraceId, Utterance
from unhear.keep import age

SOUND = bytes(2 * 16_000 * 2)
WORDS = "fetch the purple wheelbarrow"
STAYS = timedelta(hours=30)
"""A recording goes at the beginning of the day on which it may stay no longer."""
PAGE = 20
PAUSE_SECONDS = 0.05
FORGET_EVERY, LEARN_EVERY, GRANT_EVERY, VISIT_EVERY = 2, 4, 25, 8
"""Of how many recordings one is followed by each of these."""


class Load:
    """One who uses a house."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._house = world.house
        self._identity = self._house.identity.open_with_passphrase(PASSPHRASE)
        self.done: Counter[str] = Counter()

    def run(self, enough: Event) -> None:
        """Use it until it is enough."""
        for turn in count():
            if enough.wait(PAUSE_SECONDS):
                return
            self._turn(turn)

    def _turn(self, turn: int) -> None:
        spoken = Utterance(
            new_trace_id(), self._house.clock(), DeviceId("kitchen"), UNKNOWN_PERSON, 2.0
        )
        self._keep(spoken)
        if turn % LEARN_EVERY == 0:
            self._learn(spoken)
        self._look()
        if turn % GRANT_EVERY == 0:
            self._grant(spoken.of)
        elif turn % FORGET_EVERY == 0:
            self._forget(spoken.of)
        if turn % VISIT_EVERY == 0:
            self._visit()

    def _keep(self, spoken: Utterance) -> None:
        until = spoken.heard_at + STAYS
        self._house.catalogue.keep(wav=SOUND, transcript=WORDS, utterance=spoken, keep_until=until)
        self.done["kept"] += 1

    def _learn(self, spoken: Utterance) -> None:
        what = lesson(spoken, spoken.heard_at + STAYS, WORDS)
        teach(self._house.database, self._house.keeper, self._house.household.id, what)
        self.done["learned"] += 1

    def _look(self) -> None:
        newest = self._house.catalogue.newest(None, PAGE)
        sealed = self._house.catalogue.sealed(newest[0].id)
        if age.decrypt(sealed.sound, [self._identity]) != SOUND:
            raise ValueError("a recording does not open as it was kept")
        self.done["looked"] += 1

    def _grant(self, trace: TraceId) -> None:
        """Share one for a day, and let the house end it."""
        link, house = age.Identity.generate(), self._house
        header = age.rewrap(house.catalogue.parts(trace)[0], self._identity, [link.recipient])
        (by,) = house.household.guardians
        made = house.grants.make(by, trace, [header], Terms("a neighbour", "a bicycle", 1))
        house.grants.open(made.id)
        self.done["granted"] += 1

    def _forget(self, trace: TraceId) -> None:
        try:
            self._house.forgetter.forget(
                self._house.household.id, Scope(recordings=frozenset([trace]))
            )
        except NoSuchTrace:
            self.done["expired before"] += 1
        self.done["forgotten"] += 1

    def _visit(self) -> None:
        """Look at the console, as a browser that was never here."""
        with httpx2.Client(base_url=self._world.console, trust_env=False) as client:
            client.get("/", follow_redirects=True).raise_for_status()
        self.done["visited"] += 1
