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
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from time import monotonic, sleep

from sqlalchemy import Connection, bindparam, select

from unhear.forget.database import RECORDING_KINDS
from unhear.forget.errors import ForgetError
from unhear.forget.roots import RootKeeper
from unhear.house.house import House
from unhear.house.moved import moving_alone, remove_left_behind, settings_after, switch
from unhear.house.moving_checks import Opened, look, replant
from unhear.house.moving_payloads import PayloadCopy, remove_payloads
from unhear.household.words import HouseholdId, TraceId
from unhear.settings import Settings, SettingsWrong, read_settings_file
from unhear.stores import tables as t
from unhear.stores.choose_payloads import choose_payloads
from unhear.stores.errors import StoreBusy, StoreError
from unhear.stores.keepers.choose import choose_keeper
from unhear.stores.moving.end import End, end_of
from unhear.stores.moving.file_end import FileEnd
from unhear.stores.moving.journal import Journal, State, Stores, read_journal, write_journal
from unhear.stores.moving.rows import Counted, RowCopy
from unhear.stores.transaction import Transaction

LITTLE = 20
"""So few payloads or rows are left to the step that keeps writers waiting."""

ROUNDS_MAX = 10
"""How often is copied while more is kept than that."""

ASK_EVERY_SECONDS = 0.5

Told = Callable[[str, int, int], None]
"""Told what is being done, and how much of how much is done."""

MARK_BYTES = 16

SELECT_KEPT = (
    select(t.trace.c.id, t.trace.c.content)
    .where(t.trace.c.kind.in_(bindparam("kinds", expanding=True)))
    .execution_options(yield_per=500)
)

STEPS = 5
"""What is told of the step `switch`."""


class MoveRefused(Exception):
    """A house cannot be moved like this; the message says why, and what to do."""


class Finished(StrEnum):
    """What became of the last move when it was asked to be finished."""

    MOVED = "moved"
    GIVEN_UP = "given up"
    NOTHING = "nothing to do"


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move did: how much there was, what was compared, and how long writers waited.

    `without_sound` are recordings whose payload was missing before. `left` is why the old stores
    are not removed yet, None where they are. Where only the end of a move that was broken off was
    left to do, nothing is known of the rest.
    """

    origin: Stores
    goal: Stores
    payloads: int = 0
    payload_bytes: int = 0
    without_sound: int = 0
    tables: Mapping[str, Counted] = field(default_factory=dict)
    opened: Opened | None = None
    waited_seconds: float = 0.0
    left: str | None = None


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
        work = _Move(settings, journal, told, patience_seconds)
        work.prepare()
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


@dataclass
class _Move:
    """One move under way."""

    settings: Settings
    journal: Journal
    told: Told
    patience_seconds: float
    rows: RowCopy = field(default_factory=RowCopy)
    tables: Mapping[str, Counted] = field(default_factory=dict)
    opened: Opened | None = None
    waited_seconds: float = 0.0
    fresh_root: bytes | None = None

    def __post_init__(self) -> None:
        origin, goal = self.journal.origin, self.journal.goal
        self.household = HouseholdId(bytes.fromhex(self.journal.household))
        self.keeper: RootKeeper = choose_keeper(self.settings.keeper_spec, self.settings.house)
        self.origin: End = end_of(origin, self.settings)
        self.goal: End = end_of(goal, self.settings)
        self.rows_move = origin.rows_elsewhere(goal)
        self.payloads: PayloadCopy | None = None
        if origin.payloads != goal.payloads:
            folder = self.settings.payload_folder
            old, new = (
                choose_payloads(origin.payloads, folder),
                choose_payloads(goal.payloads, folder),
            )
            self.payloads = PayloadCopy(old, new, self.household)

    def prepare(self) -> None:
        """See that the house may go there, and begin. Raises `MoveRefused`."""
        before = read_journal(self.settings.house)
        if (
            before is not None
            and before.state is State.COPYING
            and before.goal != self.journal.goal
        ):
            _give_up(self.settings, before)
            before = None
        with self.origin.reading() as connection:
            homes = len(Transaction(connection).households())
        if homes > 1 and self.rows_move:
            raise MoveRefused(
                f"{self.origin.place} has {homes} households. They share one key tree and one log, "
                "and one of them cannot be taken out of these; move none, or set up a new home"
            )
        if self.rows_move and self.goal.exists():
            if before is None or not _is_copy(self.origin, self.goal):
                raise MoveRefused(
                    f"there is a house in {self.goal.place} already, with a key tree and a log of "
                    "its own, and a house cannot join them. Name another shard with --shard, or "
                    "move the file away"
                )
            self.goal.remove()
        write_journal(self.settings.house, self.journal)

    def do(self) -> Moved:
        """Copy, switch, and remove what is left."""
        try:
            self._copy()
            if self.rows_move:
                self._switch()
            else:
                self._switch_payloads()
        except BaseException:
            self._undo()
            raise
        left = self._forget_old()
        brought = self.payloads
        return Moved(
            self.journal.origin,
            self.journal.goal,
            payloads=0 if brought is None else len(brought.there),
            payload_bytes=0 if brought is None else brought.bytes,
            without_sound=0 if brought is None else len(brought.missing),
            tables=self.tables,
            opened=self.opened,
            waited_seconds=round(self.waited_seconds, 3),
            left=left,
        )

    def _copy(self) -> None:
        """Bring all but the last few, while the house is at work."""
        if self.rows_move:
            self.goal.make()
        if self.payloads is not None:
            self._copy_payloads(self.payloads)
        for _ in range(ROUNDS_MAX if self.rows_move else 0):
            with self.origin.reading() as source, self.goal.writing() as goal:
                if self._bring_rows(source, goal) <= LITTLE:
                    break

    def _copy_payloads(self, payloads: PayloadCopy) -> None:
        for number in range(ROUNDS_MAX):
            with self.origin.reading() as source:
                kept = self._kept(source)
            if number == 0:
                payloads.drop_strangers(kept)
            if payloads.bring(kept, self._telling("payloads")) <= LITTLE:
                break

    def _switch(self) -> None:
        """Bring the rest while writers wait, and let the house be there from then on."""
        write_journal(self.settings.house, self.journal.at(State.SWITCHING))
        self.told("switch", 0, STEPS)
        with self.origin.writing() as source:
            began = monotonic()
            self._bring_payloads(source)
            with self.goal.writing() as goal:
                self._bring_rows(source, goal)
                self.tables = self.rows.check(goal)
                self.told("switch", 1, STEPS)
                old_root, self.fresh_root = replant(goal, self.keeper)
                self.opened = look(source, goal, self.keeper, self.household)
                self.told("switch", 2, STEPS)
            self.told("switch", 3, STEPS)
            self.journal = self.journal.at(State.SWITCHING, old_root.hex())
            write_journal(self.settings.house, self.journal)
            self.origin.shut(source)
        self.told("switch", 4, STEPS)
        self.journal = switch(self.settings, self.journal)
        self.waited_seconds = monotonic() - began
        self.told("switch", 5, STEPS)

    def _switch_payloads(self) -> None:
        """Bring the rest while no other process has the house, and have it there from then on."""
        file, until = FileEnd(self.settings.database_file), monotonic() + self.patience_seconds
        while True:
            try:
                with file.alone() as source:
                    self._last_payloads(source)
                    return
            except StoreBusy:
                if monotonic() > until:
                    raise MoveRefused(
                        "other processes have the house open, and payloads alone move only while "
                        "none has: end what runs (`systemctl stop unhear`), and run this again. "
                        "What was copied need not be copied again"
                    ) from None
            self.told("waiting for other processes to end", 0, 1)
            sleep(ASK_EVERY_SECONDS)

    def _last_payloads(self, source: Connection) -> None:
        began = monotonic()
        self._bring_payloads(source)
        self.journal = self.journal.at(State.SWITCHING)
        write_journal(self.settings.house, self.journal)
        self.journal = switch(self.settings, self.journal)
        self.waited_seconds = monotonic() - began

    def _bring_payloads(self, source: Connection) -> None:
        if self.payloads is not None:
            self.payloads.bring(self._kept(source), self._telling("payloads"))

    def _undo(self) -> None:
        """Leave the house as it was, unless it has moved already or nobody can tell now."""
        with suppress(StoreError, ForgetError):
            if self.journal.state is State.SWITCHED or self.origin.is_shut():
                return
            if self.fresh_root is not None:
                self.keeper.destroy(self.fresh_root)
            write_journal(self.settings.house, self.journal.at(State.COPYING))
            if self.rows_move:
                self.goal.remove()

    def _forget_old(self) -> str | None:
        """Destroy the old root, and remove the old stores; answer why not, if not."""
        self.told("old stores", 0, 2)
        after = settings_after(self.settings, self.journal)
        try:
            with closing(House(after)) as house:
                self.told("old stores", 1, 2)
                gone = remove_left_behind(after, self.journal, house.keeper)
        except (StoreError, ForgetError) as error:
            return str(error)
        self.told("old stores", 2, 2)
        return (
            None
            if gone
            else ("the old root key is held until every replica in `standbys` has the new one")
        )

    def _bring_rows(self, source: Connection, goal: Connection) -> int:
        return self.rows.bring(source, goal, self._telling("rows"))

    def _kept(self, source: Connection) -> Mapping[TraceId, bytes]:
        """Answer what has a payload, each with a mark that changes when its capsule does."""
        rows = source.execute(SELECT_KEPT, {"kinds": [kind.value for kind in RECORDING_KINDS]})
        return {
            TraceId(trace): blake2b(content, digest_size=MARK_BYTES).digest()
            for trace, content in rows
        }

    def _telling(self, what: str) -> Callable[[int, int], None]:
        return lambda done, all_: self.told(what, done, all_)


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
    write_journal(settings.house, journal.at(State.DONE))


def _is_copy(origin: End, goal: End) -> bool:
    """Whether what lies at the goal is a part of this very house, and not its whole."""
    return goal.tree() in (None, origin.tree()) and not origin.is_shut()
