"""The steps of a move, in their order; `house.moving` says what they are for."""

from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from time import monotonic, sleep

from sqlalchemy import Connection, bindparam, select

from unhear.forget.database import RECORDING_KINDS
from unhear.forget.errors import ForgetError
from unhear.forget.roots import RootKeeper
from unhear.house.house import House
from unhear.house.moved import remove_left_behind, settings_after, switch
from unhear.house.moving_checks import Opened, look, replant
from unhear.house.moving_payloads import PayloadCopy
from unhear.household.words import HouseholdId, TraceId
from unhear.settings import Settings
from unhear.stores import tables as t
from unhear.stores.choose_payloads import choose_payloads
from unhear.stores.errors import StoreBusy, StoreError
from unhear.stores.keepers.choose import choose_keeper
from unhear.stores.moving.end import End, end_of
from unhear.stores.moving.file_end import FileEnd
from unhear.stores.moving.journal import Journal, State, Stores, write_journal
from unhear.stores.moving.rows import Counted, RowCopy

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


class Work:
    """One move under way."""

    def __init__(
        self, settings: Settings, journal: Journal, told: Told, patience_seconds: float
    ) -> None:
        self.settings = settings
        self.journal = journal
        self.told = told
        self.patience_seconds = patience_seconds
        self.household = HouseholdId(bytes.fromhex(journal.household))
        self.keeper: RootKeeper = choose_keeper(settings.keeper_spec, settings.house)
        self.origin: End = end_of(journal.origin, settings)
        self.goal: End = end_of(journal.goal, settings)
        self.rows_move = journal.origin.rows_elsewhere(journal.goal)
        self.payloads = self._payload_copy()
        self.rows = RowCopy()
        self.tables: Mapping[str, Counted] = {}
        self.opened: Opened | None = None
        self.waited_seconds = 0.0
        self.fresh_root: bytes | None = None

    def _payload_copy(self) -> PayloadCopy | None:
        old, new = self.journal.origin.payloads, self.journal.goal.payloads
        if old == new:
            return None
        folder = self.settings.payload_folder
        places = choose_payloads(old, folder), choose_payloads(new, folder)
        return PayloadCopy(*places, self.household)

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
