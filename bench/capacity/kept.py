"""What it costs to keep, look and erase on servers, each measured alone and one after the other."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from bench.capacity.homes import Work
from bench.capacity.spent import Meter, Spent
from bench.report import progress
from bench.scale.ours import DEVICE, STAYS, Shard
from bench.scale.world import PAGE, World
from unhear import clock
from unhear.forget.traces import new_trace_id
from unhear.household.scope import Scope
from unhear.household.words import UNKNOWN_PERSON, Seen, Utterance
from unhear.keep.age import Identity
from unhear.keep.catalogue import Catalogue
from unhear.keep.clips import Clips

WORDS = "switch the light in the kitchen on"
SOUND = bytes(3 * 16_000 * 2)
"""Three seconds of sound; what is in it makes no difference to sealing."""

PIECES, PIECE_SECONDS, PIECE = 5, 4.0, bytes(1_000_000)
"""A clip of 20 seconds at 2 Mbit/s."""

STILL = bytes(20_000)
TIMES = 150
TOGETHER = 20
"""So many traces are erased at once, to tell what one more costs."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one piece of work takes: cores and bytes, and how long it holds its shard's lock."""

    spent: Spent
    lock: float


class TimedDatabase:
    """A database that says how long its lock was held, in seconds; for one thread."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self.held = 0.0

    def __getattr__(self, name: str) -> Any:
        """Answer everything else as the database does."""
        return getattr(self._database, name)

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """Take the lock; what is held on is counted from when it is had to when it is durable."""
        with self._database.writing() as transaction:
            began = time.perf_counter()
            yield transaction
        self.held += time.perf_counter() - began


class Kept:
    """One shard of a world, and work on its households in turn."""

    def __init__(self, world: World, meter: Meter) -> None:
        self._world, self._meter = world, meter
        self._shard = Shard(world, 0, TimedDatabase)
        self._recipient = Identity.generate().recipient
        self._homes = list(world.of_shard(0))

    def costs(self) -> dict[Work, Cost]:
        """Answer what each piece of work costs."""
        keep = self._cost("recordings", [partial(self._keep, n) for n in range(TIMES)])
        clip = self._cost("clips", [partial(self._film, n) for n in range(TIMES // 5)])
        look = self._cost("pages", [partial(self._look, n) for n in range(TIMES)])
        one = self._cost("erasures of one", self._erasures(TIMES // 2, 1))
        many = self._cost(f"erasures of {TOGETHER}", self._erasures(TIMES // 10, TOGETHER))
        self._shard.close()
        more = difference(many, one, TOGETHER - 1)
        return {
            Work.KEEPS: keep,
            Work.CLIPS: clip,
            Work.LOOKS: look,
            Work.ERASURES: difference(one, more, 1),
            Work.ERASED: more,
        }

    def _cost(self, name: str, todo: Sequence[Callable[[], object]]) -> Cost:
        progress(f"  {len(todo)} {name}")
        before, held = self._meter.read(), self._shard.database.held
        for do in todo:
            do()
        self._shard.ledger.wait()
        spent = self._meter.read() - before
        return Cost(spent / len(todo), (self._shard.database.held - held) / len(todo))

    def _home(self, number: int) -> int:
        return self._homes[number % len(self._homes)]

    def _catalogue(self, home: int) -> Catalogue:
        return self._shard.catalogue(self._world.id_of(home), self._recipient)

    def _keep(self, number: int) -> None:
        home = self._home(number)
        spoken = _spoken()
        until = spoken.heard_at + STAYS
        self._catalogue(home).keep(wav=SOUND, transcript=WORDS, utterance=spoken, keep_until=until)

    def _film(self, number: int) -> None:
        clips = Clips(
            database=self._shard.database,
            keeper=self._shard.keeper,
            payloads=self._shard.payloads,
            household=self._world.id_of(self._home(number)),
            recipient=self._recipient,
        )
        spoken = _spoken(seen=(Seen.MOTION,))
        clip = clips.begin(spoken, spoken.heard_at + STAYS)
        for piece in range(PIECES):
            if piece == 1:
                clip.still(STILL)
            clip.add(PIECE, piece * PIECE_SECONDS, (piece + 1) * PIECE_SECONDS)
        clip.end()

    def _look(self, number: int) -> None:
        self._catalogue(self._home(number)).newest(None, PAGE, Scope())

    def _erasures(self, times: int, count: int) -> list[Callable[[], object]]:
        """Answer what forgets so many of the newest, in a home each time."""
        todo: list[Callable[[], object]] = []
        for number in range(times):
            home = self._home(number)
            found = self._catalogue(home).newest(None, count, Scope())
            scope = Scope(recordings=frozenset(one.id for one in found))
            todo.append(partial(self._shard.forgetter.forget, self._world.id_of(home), scope))
        return todo


def difference(whole: Cost, part: Cost, times: int) -> Cost:
    """Answer what is left of a whole without a part, for each of so many times."""
    return Cost((whole.spent - part.spent) / times, (whole.lock - part.lock) / times)


def _spoken(seen: tuple[Seen, ...] = ()) -> Utterance:
    heard_at = clock.now() - timedelta(seconds=1)
    return Utterance(new_trace_id(), heard_at, DEVICE, UNKNOWN_PERSON, 2.0, seen=seen)
