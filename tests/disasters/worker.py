"""A process that works on a house until it is killed. It says what it was promised on stdout.

python -m tests.disasters.worker HOUSE die WAY STEP TRACE    forget TRACE, die at STEP
python -m tests.disasters.worker HOUSE live SEED             keep and forget until killed

There are two ways: few recordings go in the transaction that bars them, many in those that follow.
"""

import os
import random
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.home import Home
from unhear.clock import now
from unhear.forget import engine
from unhear.forget.errors import NoSuchTrace
from unhear.forget.keytree import PagePlace, SealedPage
from unhear.household.scope import Scope
from unhear.household.words import HouseholdId, TraceId
from unhear.settings import Settings
from unhear.stores.database import Database
from unhear.stores.keepers.file import FileRootKeeper
from unhear.stores.payloads import FilePayloads
from unhear.stores.transaction import Transaction

AT_ONCE, APART = "at once", "apart"
PUT = ("root put", "path half written")
REST = (
    "after the commit",
    "root destroyed",
    "payload deleted",
    "before the attestation",
    "after the attestation",
)
STEPS = {
    AT_ONCE: (*PUT, "before the bar", "after the bar", *REST),
    APART: ("before the bar", "after the bar", *PUT, "before the commit", *REST),
}
NOT_ACCEPTED = {AT_ONCE: (*PUT, "before the bar"), APART: ("before the bar",)}
"""Nobody was promised anything that far, and nothing is destroyed: it was never asked for."""

TRANSACTIONS = {
    AT_ONCE: ("the bar", "the attestation"),
    APART: ("the bar", "the commit", "the attestation"),
}

_deadly = ""


def _reach(step: str) -> None:
    if step == _deadly:
        os.kill(os.getpid(), signal.SIGKILL)


class DyingKeeper(FileRootKeeper):
    def put(self, root_id: bytes, root: bytes) -> None:
        super().put(root_id, root)
        _reach("root put")

    def destroy(self, root_id: bytes) -> None:
        _reach("after the commit")
        super().destroy(root_id)
        _reach("root destroyed")


class DyingPayloads(FilePayloads):
    def delete(self, household: HouseholdId, traces: Sequence[TraceId]) -> None:
        super().delete(household, traces)
        _reach("payload deleted")


class DyingDatabase(Database):
    """Counts the write transactions of one erasure."""

    names: Iterator[str] = iter(())

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        name = next(self.names, "another transaction")
        with super().writing() as transaction:
            write_pages = transaction.write_pages

            def half(pages: Mapping[PagePlace, SealedPage]) -> None:
                places = sorted(pages)
                for some in (places[: len(places) // 2], places[len(places) // 2 :]):
                    write_pages({place: pages[place] for place in some})
                    _reach("path half written")

            transaction.write_pages = half  # type: ignore[method-assign] # this instance only
            yield transaction
            _reach(f"before {name}")
        _reach(f"after {name}")


def _die(house: Path, way: str, trace: str) -> None:
    if way == APART:
        engine.AT_ONCE_MAX = 0
    DyingDatabase.names = iter(TRANSACTIONS[way])
    settings = Settings(house=house)
    home = Home(
        settings,
        keeper=DyingKeeper(settings.root_folder),
        database=DyingDatabase(settings.database_file),
        payloads=DyingPayloads(settings.payload_folder),
    )
    home.forgetter.forget(home.id, Scope(recordings=frozenset([TraceId(bytes.fromhex(trace))])))
    _say("survived")


def _live(house: Path, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - a repeatable life, not a secret
    home = Home(Settings(house=house))
    mine: list[TraceId] = []
    while True:
        if len(mine) < 3 or rng.random() < 0.6:
            mine.append(home.keep(heard_at=now(), sound=rng.randbytes(500)))
            home.learn(of=mine[-1])
            _say(f"kept {mine[-1].hex()}")
        else:
            trace = mine.pop(rng.randrange(len(mine)))
            _say(f"asked {trace.hex()}")
            try:
                home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))
            except NoSuchTrace:
                _say(f"lost {trace.hex()}")
            _say(f"forgot {trace.hex()}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[2] == "die":
        _way, _deadly = sys.argv[3], sys.argv[4]
        _die(Path(sys.argv[1]), _way, sys.argv[5])
    else:
        _live(Path(sys.argv[1]), int(sys.argv[3]))
