"""Bring up workers one after the other, each to be killed: `python -m tests.disasters.nursery`.

A worker is forked from a process that has everything loaded, so that the next is at work a moment
after one was killed. Each says on its own line what it is about to do and what it has done; the
lines outlive it. For each line of its journal it says so on standard output as well.
"""

import os
import random
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from unhear.clock import random_bytes
from unhear.forget.errors import Barred, NoSuchTrace
from unhear.forget.traces import new_trace_id
from unhear.house.backup import backup
from unhear.house.house import House
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, PersonId, TraceId, Utterance
from unhear.settings import Settings
from unhear.stores.copies.target import Target

MANY = 8


class Worker:
    """Does one thing after the other in a house, until somebody kills it."""

    def __init__(self, house: House, journal: Path, seed: int) -> None:
        self._house = house
        self._journal = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._chance = random.Random(seed)  # noqa: S311 - to be repeated
        self._copies = journal.parent / "copies"
        self._room = journal.stem
        """Each journal's workers speak in a room of their own, and empty that one alone."""

    def work(self) -> None:
        """Go on until killed."""
        todo: list[tuple[Callable[[], None], int]] = [
            (self.keep, 8),
            (self.forget_one, 5),
            (self.forget_many, 3),
            (self.forget_a_room, 1),
            (self.sweep, 1),
            (self.back_up, 1),
        ]
        ways, weights = zip(*todo, strict=True)
        while True:
            self._chance.choices(ways, weights)[0]()

    def keep(self) -> None:
        """Keep something; one in five may not stay beyond yesterday."""
        now, trace = self._house.clock(), new_trace_id()
        short = self._chance.random() < 0.2
        room = self._room
        self._say(f"keeping {room}{' short' if short else ''}", [trace])
        utterance = Utterance(trace, now, DeviceId(room), PersonId("unknown"), 1.0)
        until = now + timedelta(days=-1 if short else 9)
        with suppress(Barred):  # somebody empties the room just now
            self._house.catalogue.keep(
                wav=random_bytes(64), transcript="words", utterance=utterance, keep_until=until
            )
            self._say("kept", [trace])

    def forget_one(self) -> None:
        """Forget one recording."""
        self._forget(1)

    def forget_many(self) -> None:
        """Forget several at once."""
        self._forget(MANY)

    def forget_a_room(self) -> None:
        """Forget what was said in the room up to now."""
        device = DeviceId(self._room)
        kept = [one.id for one in self._house.catalogue.recordings(Scope(device=device))]
        self._say(f"emptying {device}", kept)
        self._house.forgetter.forget(self._house.household.id, Scope(device=device))
        self._say("forgot", kept)

    def sweep(self) -> None:
        """Forget what is past its expiry."""
        self._house.tidy()

    def back_up(self) -> None:
        """Make a backup."""
        backup(self._house, Target(str(self._copies)))

    def _forget(self, count: int) -> None:
        kept = [recording.id for recording in self._house.catalogue.recordings()]
        chosen = self._chance.sample(kept, min(count, len(kept)))
        if not chosen:
            return
        self._say("forgetting", chosen)
        scope = Scope(recordings=frozenset(chosen))
        with suppress(NoSuchTrace):  # somebody else was quicker
            self._house.forgetter.forget(self._house.household.id, scope)
        self._say("forgot", chosen)

    def _say(self, what: str, traces: list[TraceId]) -> None:
        os.write(self._journal, f"{what}: {' '.join(t.hex() for t in traces)}\n".encode())
        os.write(1, b"said\n")


def main() -> None:
    """Fork a worker for every line that is read, and say its number and how it ended."""
    folder, journal, seed = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    for _ in sys.stdin:
        seed += 1
        worker = os.fork()
        if worker == 0:
            Worker(House(Settings(house=folder)), journal, seed).work()
        sys.stdout.write(f"{worker}\n")
        sys.stdout.flush()
        _, status = os.waitpid(worker, 0)
        sys.stdout.write(f"ended {os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
