"""One fault under load, and what is true after it."""

from dataclasses import dataclass
from time import monotonic, sleep

from tests.cli.program import PASSPHRASE
from tests.servers import everything_below
from tests.service.processes import until

from bench.faults.faults import Fault
from bench.faults.load import SOUND, WORDS, Journal, Load
from bench.faults.world import World
from unhear.forget.errors import NoSuchTrace
from unhear.household.words import TraceId
from unhear.keep import age
from unhear.stores.errors import PayloadMissing

PIECE = SOUND[4:44]
"""Whole blocks of the sound that would lie on a disk in clear."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a fault did: all counts but those of operations are to be 0."""

    before: int
    during: int
    after: int
    refused: int
    kept: int
    forgotten: int
    lost: int
    resurrected: int
    partial: int
    plaintext: int
    recovery_seconds: float

    @property
    def ok(self) -> bool:
        """Whether nothing that was answered for is undone, and nothing lies in clear."""
        return not (self.lost or self.resurrected or self.partial or self.plaintext)


def trial(world: World, load: Load, fault: Fault, seconds: float, around: float) -> Outcome:
    """Let something fail for `seconds` under a load, with load for `around` s before and after."""
    load.journal = Journal()
    with load.running() as journal:
        sleep(around)
        before, began = journal.count(), monotonic()
        fault(world, seconds)
        over = monotonic()
        # What is killed is gone until its like serves; what is away is back when it says so.
        during = journal.count() - before
        until(lambda: journal.all_answered_since(over))
        recovered = monotonic()
        sleep(around)
        after = journal.count() - before - during
    took = recovered - (began if seconds == 0 else over)
    lost, partial = _look_at_kept(load, journal)
    return Outcome(
        before=before,
        during=during,
        after=after,
        refused=len(journal.refused),
        kept=len(journal.kept),
        forgotten=len(journal.forgotten),
        lost=lost,
        resurrected=_resurrected(load, set(journal.forgotten)),
        partial=partial + _unfinished(load),
        plaintext=_in_clear(world),
        recovery_seconds=round(took, 2),
    )


def _look_at_kept(load: Load, journal: Journal) -> tuple[int, int]:
    """Answer how many are lost that were kept, and how many are there and do not open."""
    house = load.house
    house.forgetter.resume(house.household.id)
    identity = house.identity.open_with_passphrase(PASSPHRASE)
    there = {one.id for one in house.catalogue.recordings()}
    damaged = 0
    for trace in there:
        try:
            damaged += age.decrypt(house.catalogue.sealed(trace).sound, [identity]) != SOUND
        except (NoSuchTrace, PayloadMissing):
            damaged += 1
    return len(journal.kept.keys() - journal.asked - there), damaged


def _resurrected(load: Load, forgotten: set[TraceId]) -> int:
    """Answer of how many anything is there: a row, a payload, or any version of one."""
    house = load.house
    there = {one.id for one in house.catalogue.recordings()}
    payloads = {trace for trace, _ in house.payloads.all(house.household.id)}
    return len(forgotten & (there | payloads))


def _unfinished(load: Load) -> int:
    with load.house.database.reading() as transaction:
        return len(list(transaction.unfinished_erasures(load.house.household.id)))


def _in_clear(world: World) -> int:
    """Answer how often words or sound lie in clear in any file of house, database or bucket."""
    found = [everything_below(folder) for folder in world.folders]
    return sum(one.count(WORDS.encode()) + one.count(PIECE) for one in found)
