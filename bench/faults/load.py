"""A load that writes down what it was answered: recordings are kept, looked at and forgotten."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

import httpx2
from tests.web.consoles import API

from unhear.forget.errors import ForgetError
from unhear.forget.traces import new_trace_id
from unhear.house.house import House
from unhear.household.words import UNKNOWN_PERSON, DeviceId, TraceId, Utterance
from unhear.stores.errors import StoreError

WORDS = "fetch the vermilion wheelbarrow from behind the greenhouse"
SOUND = b"RIFF" + b"these bytes are the sound of a recording " * 60
STAYS = timedelta(days=30)
CLIENTS = 3
PAUSE_SECONDS = 0.2
"""Between what one client asks: a console lets no address ask more than some a second."""
FORGET_EVERY = 2
OK = 200


@dataclass
class Journal:
    """What was asked, and what was answered; moments are those at which it was asked."""

    kept: dict[TraceId, float] = field(default_factory=dict)
    looked: list[float] = field(default_factory=list)
    asked: set[TraceId] = field(default_factory=set)
    forgotten: dict[TraceId, float] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def count(self) -> int:
        """Answer how many things were answered for."""
        return len(self.kept) + len(self.looked) + len(self.forgotten)

    def all_answered_since(self, moment: float) -> bool:
        """Whether each kind of thing was asked since then, and answered for."""
        answered = (self.kept.values(), self.looked, self.forgotten.values())
        return all(any(one > moment for one in list(kind)) for kind in answered)


class Load:
    """Some who use one house: they keep in a process of their own, and forget at the console."""

    def __init__(self, house: House, client: httpx2.Client) -> None:
        self.house = house
        self.client = client
        self.journal = Journal()
        self._enough = threading.Event()

    @contextmanager
    def running(self) -> Iterator[Journal]:
        """Use the house while the block runs."""
        self._enough.clear()
        with ThreadPoolExecutor(CLIENTS) as threads:
            clients = [threads.submit(self._client) for _ in range(CLIENTS)]
            try:
                yield self.journal
            finally:
                self._enough.set()
            for one in clients:
                one.result()

    def _client(self) -> None:
        turn = 0
        while not self._enough.wait(PAUSE_SECONDS):
            turn += 1
            try:
                self._turn(turn)
            except (StoreError, ForgetError, httpx2.TransportError) as error:
                self.journal.refused.append(type(error).__name__)

    def _turn(self, turn: int) -> None:
        began, journal = monotonic(), self.journal
        trace = self._keep()
        journal.kept[trace] = began
        began = monotonic()
        self.house.catalogue.newest(None, 10)
        journal.looked.append(began)
        if turn % FORGET_EVERY == 0:
            journal.asked.add(trace)
            began = monotonic()
            answer = self.client.delete(f"{API}/recordings/{trace.hex()}")
            if answer.status_code == OK:
                journal.forgotten[trace] = began
            else:
                journal.refused.append(str(answer.status_code))

    def _keep(self) -> TraceId:
        heard = self.house.clock()
        spoken = Utterance(new_trace_id(), heard, DeviceId("kitchen"), UNKNOWN_PERSON, 1.0)
        return self.house.catalogue.keep(
            wav=SOUND, transcript=WORDS, utterance=spoken, keep_until=heard + STAYS
        )
