"""What a house does by itself, once a day: forget what is too old, look for late copies, end holds.

It takes the same path as a guardian's request, and leaves the same receipts.
"""

import logging
from dataclasses import replace

from unhear.clock import Clock, day_number
from unhear.forget.attest import LOOK_AFTER_DAYS
from unhear.forget.commit import Asked
from unhear.forget.database import Database, ErasureRow, Transaction
from unhear.forget.engine import Forgetter
from unhear.forget.errors import ClockDoubted
from unhear.forget.holds import Holds, scopes_held
from unhear.forget.keytree import KeyTree
from unhear.forget.naming import held_back
from unhear.forget.records import ErasureRecord, record_of
from unhear.forget.roots import RootKeeper
from unhear.forget.snapshot import snapshot
from unhear.household.clock_guard import ClockMark, judge
from unhear.household.scope import Scope
from unhear.household.words import HouseholdId, TraceId
from unhear.prove.receipt import Receipt

log = logging.getLogger(__name__)


class Sweeper:
    """Keeps a household's retention, late copies and legal holds in order."""

    def __init__(
        self,
        *,
        database: Database,
        keeper: RootKeeper,
        forgetter: Forgetter,
        holds: Holds,
        household: HouseholdId,
        clock: Clock,
    ) -> None:
        self._database = database
        self._keeper = keeper
        self._forgetter = forgetter
        self._holds = holds
        self._household = household
        self._clock = clock

    def sweep(self) -> list[Receipt]:
        """Do everything that is due today; answer the receipts.

        Raises `ClockDoubted`, before anything is deleted, when the clock has jumped.
        """
        self.check_clock()
        self._holds.end_due()
        self._forgetter.replaced.destroy_due()
        receipts = self._forgetter.resume(self._household)
        if (expired := self._expire()) is not None:
            receipts.append(expired)
        return [*receipts, *self._look_for_late_copies()]

    def check_clock(self) -> None:
        """Raise `ClockDoubted` when the clock differs too much from what this house believed."""
        now = self._clock()
        with self._database.writing() as transaction:
            mark, trusted = judge(transaction.clock_mark(), now)
            transaction.set_clock_mark(mark)
        if not trusted:
            raise ClockDoubted(
                f"the clock says {now:%Y-%m-%d}; this house last knew {mark.believed:%Y-%m-%d}. "
                "Nothing is deleted for its age until that is settled: correct the clock, or say "
                "`unhear clock accept` if it is right"
            )

    def accept_clock(self) -> None:
        """Believe the clock as it stands, on a guardian's word."""
        with self._database.writing() as transaction:
            transaction.set_clock_mark(ClockMark(self._clock()))

    def _expire(self) -> Receipt | None:
        """Forget what may not stay today; None when there is nothing."""
        today = day_number(self._clock())

        def read(transaction: Transaction, tree: KeyTree) -> list[TraceId]:
            held = scopes_held(transaction, tree, self._household, today)
            rows = transaction.expired(self._household, today)
            return [row.id for row in rows if not held_back(tree, row, held)]

        if not (expired := snapshot(self._database, self._keeper, read)):
            return None
        scope = Scope(recordings=frozenset(expired))
        return self._forgetter.ask(Asked(self._household, scope, expired=True))

    def _look_for_late_copies(self) -> list[Receipt]:
        """Look again at erasures of some days ago, and reopen a case on any hit."""
        today = day_number(self._clock())
        with self._database.reading() as transaction:
            due = transaction.erasures_to_look_at(self._household, today)
            wanted = {row.id: transaction.sweep(self._household, row.id) for row in due}
        receipts = []
        for row in due:
            record = self._record(row)
            words_only = record.scope.words_only
            if self._forgetter.remaining(self._household, wanted[row.id], words_only=words_only):
                log.warning("late copy found")
                scope = Scope(recordings=frozenset(wanted[row.id]), words_only=words_only)
                asked = Asked(self._household, scope, reopens=row.id)
                receipts.append(self._forgetter.ask(asked))
            self._plan_next_look(row, day_number(record.done_at or record.asked_at), today)
        return receipts

    def _record(self, row: ErasureRow) -> ErasureRecord:
        return snapshot(self._database, self._keeper, lambda tx, tree: record_of(tx, tree, row))

    def _plan_next_look(self, row: ErasureRow, done_day: int, today: int) -> None:
        later = [done_day + days for days in LOOK_AFTER_DAYS if done_day + days > today]
        with self._database.writing() as transaction:
            current = transaction.erasure(self._household, row.id)
            if current is None:
                return
            transaction.set_erasure(replace(current, look_day=min(later, default=0)))
            if not later:
                transaction.clear_sweep(self._household, row.id)
