"""Move a house to other stores while it is at work: from files to servers, and back.

1. Copy, with nobody kept waiting: payloads first, each compared afterwards, then rows. Both are
   sealed, and open with the root key alone, as any backup does. Repeat until little is left.
2. Take the old database's write lock: only now do writers wait. Bring what is left, compare every
   row, and give the new database a fresh root: its top page is sealed anew, every other key stays.
   COMMIT there.
3. Shut the old database and COMMIT, which lets go of the lock. **This decides**: before it the
   house is where it was, and what was copied is noise once the fresh root is destroyed, which the
   next erasure or opening does; after it the house is in the new stores, and no process can write
   to the old ones.
4. Write the settings. Open the house: that destroys the old root, once replicas that may take over
   have the new. Then nothing at the old stores opens any more, and it is removed.

A crash in 1 and 2 leaves the house as it was; `house.moved` finishes what it left in 3 and 4.

Payloads alone can move while the database stays a file. Then there is nothing to shut: the last
step waits until no other process has the file open.
"""

import re
from contextlib import closing
from enum import StrEnum

from unhear.house.house import House
from unhear.house.moved import moving_alone, remove_left_behind
from unhear.house.moving_payloads import remove_payloads
from unhear.house.moving_work import Moved, MoveRefused, Told, Work
from unhear.household.words import HouseholdId
from unhear.settings import Settings, SettingsWrong, read_settings_file
from unhear.stores import tables as t
from unhear.stores.choose_payloads import choose_payloads
from unhear.stores.keepers.choose import choose_keeper
from unhear.stores.moving.end import End, end_of
from unhear.stores.moving.journal import (
    Journal,
    State,
    Stores,
    read_journal,
    remove_journal,
    write_journal,
)
from unhear.stores.transaction import Transaction

__all__ = ["Finished", "MoveRefused", "Moved", "Told", "finish", "move", "next_shard"]


class Finished(StrEnum):
    """What became of the last move when it was asked to be finished."""

    MOVED = "moved"
    GIVEN_UP = "given up"
    NOTHING = "nothing to do"


def move(settings: Settings, goal: Stores, told: Told, *, patience_seconds: float = 600) -> Moved:
    """Move a house to other stores, and leave nothing that opens at those it had.

    `patience_seconds` is how long the last step waits for other processes to end, where payloads
    alone move. Raises `MoveRefused`, `SettingsWrong`, `ForgetError` and `StoreError`; the house
    is then where it was, or, where it is said so, already where it was to go.
    """
    _check(settings)
    with closing(House(settings)) as house:  # which settles what a crash left
        household, settings = house.household.id, house.settings
    with moving_alone(settings):
        last = _finish_last(settings)
        if goal == Stores.of(settings):
            if last is None:
                raise MoveRefused(
                    "the house is there already; say where to: --database, --payloads"
                )
            return Moved(last.origin, last.goal)
        journal = Journal(State.COPYING, Stores.of(settings), goal, household.hex())
        work = Work(settings, journal, told, patience_seconds)
        _begin(work)
        return work.do()


def finish(settings: Settings) -> Finished:
    """Remove what the last move left at the old stores, or what a broken off one brought.

    Raises `MoveRefused`, `StoreError` and `ForgetError` where that cannot be done now.
    """
    with closing(House(settings)) as house:
        settings = house.settings
    with moving_alone(settings):
        if _finish_last(settings) is not None:
            return Finished.MOVED
        journal = read_journal(settings.house)
        if journal is None or journal.state is State.DONE:
            return Finished.NOTHING
        _give_up(settings, journal)
        return Finished.GIVEN_UP


def next_shard(shard: str) -> str:
    """Answer a name for the shard to which a house moves within its database."""
    name, number = re.fullmatch(r"(.*?)(\d*)", shard).groups()  # type: ignore[union-attr]  # fits all
    return f"{name}{int(number or 1) + 1}"


def _begin(work: Work) -> None:
    """See that the house may go there, and begin. Raises `MoveRefused`."""
    before = read_journal(work.settings.house)
    if before is not None and before.state is State.COPYING and before.goal != work.journal.goal:
        _give_up(work.settings, before)
        before = None
    with work.origin.reading() as connection:
        homes = len(Transaction(connection).households())
    if homes > 1 and work.rows_move:
        raise MoveRefused(
            f"{work.origin.place} has {homes} households. They share one key tree and one log, "
            "and one of them cannot be taken out of these; move none, or set up a new home"
        )
    if work.payloads is not None and work.payloads.is_same_place():
        raise MoveRefused("the payloads are there already, under another name of the same place")
    if work.rows_move and work.goal.exists():
        if (
            before is None
            or before.state is not State.COPYING
            or not _is_copy(work.origin, work.goal)
        ):
            raise MoveRefused(
                f"there is a house in {work.goal.place} already, with a key tree and a log of "
                "its own, and a house cannot join them. Name another shard with --shard, or "
                "move the file away"
            )
        work.goal.remove()
    write_journal(work.settings.house, work.journal)


def _check(settings: Settings) -> None:
    """Refuse, before anything is opened, what cannot be. Raises `MoveRefused`, `SettingsWrong`."""
    named = read_settings_file(settings.house)
    for name in ("database", "payloads", "household", "shard"):
        value = getattr(settings, name)
        if named.get(name) != value and (name, value) != ("shard", "main"):
            raise SettingsWrong(
                f"UNHEAR_{name.upper()} in the environment says where the house is; unset it and "
                f"write it into the settings file, which a move changes"
            )
    if settings.keeper_moving_to is not None:
        raise MoveRefused("the root key is moving to another keeper; open the house to finish that")
    if settings.mirror is not None:
        raise MoveRefused(
            "`mirror` keeps a copy of a SQLite file, and opens no more once the house has moved: "
            "take it out of the settings first, and name the replicas of a server in `standbys`"
        )


def _finish_last(settings: Settings) -> Journal | None:
    """Remove what an earlier move left; answer that move, or None where there was nothing.

    Raises `MoveRefused` where that cannot be now.
    """
    journal = read_journal(settings.house)
    if journal is None or journal.state in (State.DONE, State.COPYING):
        return None
    keeper = choose_keeper(settings.keeper_spec, settings.house)
    if not remove_left_behind(settings, journal, keeper):
        raise MoveRefused(
            "the last move is not finished: the old root key is held until every replica in "
            "`standbys` has the new one. See `unhear doctor`"
        )
    return journal


def _give_up(settings: Settings, journal: Journal) -> None:
    """Remove what a move brought that never ended. Raises `StoreError`."""
    origin, goal = end_of(journal.origin, settings), end_of(journal.goal, settings)
    if journal.origin != Stores.of(settings) or origin.is_shut():
        raise MoveRefused("the settings name other stores than the move that was broken off")
    if journal.origin.payloads != journal.goal.payloads:
        folder = settings.payload_folder
        household = HouseholdId(bytes.fromhex(journal.household))
        there = folder if journal.goal.payloads is None else None
        remove_payloads(choose_payloads(journal.goal.payloads, folder), household, there)
    if journal.origin.rows_elsewhere(journal.goal) and goal.exists() and _is_copy(origin, goal):
        goal.remove()
    remove_journal(settings.house)


def _is_copy(origin: End, goal: End) -> bool:
    """Whether what lies at the goal is a part of this very house, and not the house itself.

    One database may have two names, so this one is written to, and that one looked at.
    """
    if goal.found(t.key_root.c.tree_id) not in (None, origin.found(t.key_root.c.tree_id)):
        return False
    before = goal.found(t.commit_count.c.number)
    with origin.writing():
        pass  # which is counted
    return bool(goal.found(t.commit_count.c.number) == before)
