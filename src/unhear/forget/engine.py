"""Forget a scope everywhere, and leave a proof that it was done.

The order is the design:

1. **Bar** the scope, durably. From then on nothing heard before the request can be kept.
2. **Commit**: find what the scope names, destroy its keys by re-keying their path under a new root,
   drop the rows. A few recordings go in the transaction that bars them. Then a mirror gets the new
   keys, and the keeper destroys the old root: from here on what is left anywhere, in any copy, is
   noise.
3. **Sweep** every holder outside the database. One that is away stops no other.
4. **Look again**, everywhere. We do not believe `destroy`; we believe an empty answer.
5. **Attest**: a leaf in the ledger and a receipt that claims only what step 4 saw.

There is no progress table: a crash at any line is repaired by doing the step again. Requests that
arrive together, from several threads, go through the steps together under one change of the root.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from unhear.clock import Clock, day_number
from unhear.forget import roots
from unhear.forget.attest import Attestation, attest
from unhear.forget.commit import Asked, Case, Ways, bar, commit_some, find, still_asked
from unhear.forget.database import Database, ErasureRow, ErasureState, TraceKind, Transaction
from unhear.forget.errors import (
    ForgetError,
    HolderUnanswered,
    NoSuchTrace,
    Unfinished,
)
from unhear.forget.everywhere import gone_everywhere
from unhear.forget.group import Group
from unhear.forget.holder import IN_A_HOUSE, Holder, Place
from unhear.forget.holds import scopes_held
from unhear.forget.keytree import KeyTree
from unhear.forget.mirror import Copies
from unhear.forget.outcomes import tell
from unhear.forget.replaced import ReplacedRoots
from unhear.forget.roots import RootKeeper
from unhear.forget.slots import free_slots
from unhear.forget.snapshot import snapshot
from unhear.forget.unlearning import Learned
from unhear.household.scope import Scope
from unhear.household.words import HouseholdId, TraceId
from unhear.prove.ledger import Ledger
from unhear.prove.receipt import Receipt
from unhear.signals.giving import timed
from unhear.signals.words import Work

log = logging.getLogger(__name__)

REQUESTS_PER_GROUP_MAX = 256

AT_ONCE_MAX = 100
"""A request that names no more recordings is barred, found and committed in one transaction: that
holds up no writer."""

Erasure = tuple[HouseholdId, bytes]
"""Whose an erasure is, and its id."""


@dataclass(frozen=True, slots=True)
class _Barred:
    """What requests came to when they were barred.

    `found` are those of few recordings; `queued` the roots to be destroyed once their keys are.
    """

    outcomes: list[Erasure | Exception]
    found: list[Case]
    queued: Mapping[bytes, int]


class _KeysRemain(Exception):
    """Something stands in the way of destroying keys, and not of barring what they are of."""


class Forgetter:
    """Carries out erasures; one a house, safe to use from several threads and processes."""

    def __init__(
        self,
        *,
        database: Database,
        keeper: RootKeeper,
        ledger: Ledger,
        holders: Sequence[Holder],
        learned: Learned,
        clock: Clock,
        copies: Copies | None = None,
        places: Collection[Place] = IN_A_HOUSE,
    ) -> None:
        """Refuse, with `HolderUnanswered`, while one of `places` has nobody to answer for it."""
        if unanswered := set(places) - {holder.place for holder in holders}:
            raise HolderUnanswered(f"nobody answers for: {', '.join(sorted(unanswered))}")
        self._database = database
        self._keeper = keeper
        self._ledger = ledger
        self._holders = tuple(holders)
        self._learned = learned
        self._clock = clock
        self._copies = copies or Copies()
        self.replaced = ReplacedRoots(database, keeper, self._copies, clock)
        self._group: Group[Asked, Receipt] = Group(self._work, REQUESTS_PER_GROUP_MAX)

    def forget(self, household: HouseholdId, scope: Scope) -> Receipt:
        """Leave nothing of what `scope` names, and answer the receipt that says so.

        Raises:
            NoSuchTrace: the scope names recordings of which none is kept.
            Unfinished: the keys are gone, and something stands in the way of the rest: a holder,
                the mirror or the keeper is away, or a legal hold keeps some of it. `resume`
                finishes it.
            TraceRemains: a holder broke its promise.
        """
        return self.ask(Asked(household, scope))

    def ask(self, asked: Asked) -> Receipt:
        """Do what `forget` does, also for a request that the house makes itself."""
        with timed(Work.ERASE):
            try:
                receipt = self._group.submit(asked)
            except Exception as error:
                tell(error)
                raise
            tell(None)
            return receipt

    def discard(self, household: HouseholdId, traces: Sequence[TraceId]) -> None:
        """Destroy what a skill no longer needs: gone like the rest, with no request to attest."""
        with self._database.writing() as transaction:
            slots = dict(transaction.slots_by_id(household, traces, tuple(TraceKind)))
            if not slots:
                return
            tree = roots.open_tree(transaction, self._keeper)
            gone = slots.values()
            roots.erase_keys(transaction, self._keeper, tree, gone, due_day=self.replaced.due_day())
            free_slots(transaction, household, gone)
            transaction.drop_traces(household, list(slots))
        self.replaced.destroy_due()

    def resume(self, household: HouseholdId) -> list[Receipt]:
        """Finish what a crash, an absent holder or a legal hold left unfinished, where it can be.

        Destroys leftover roots first. Raises `RootGone` when the current one is missing.
        """
        with self._database.reading() as transaction:
            unfinished = [(household, row.id) for row in transaction.unfinished_erasures(household)]
        self.replaced.recover()
        receipts = []
        for erasure in unfinished:
            try:
                with timed(Work.FINISH):
                    outcomes = self._finish([erasure])
            except Unfinished as error:
                outcomes = [error]
            for outcome in outcomes:
                if isinstance(outcome, Receipt):
                    receipts.append(outcome)
                else:
                    log.warning("erasure unfinished", extra={"why": type(outcome).__name__})
        return receipts

    def remaining(
        self, household: HouseholdId, traces: Sequence[TraceId], *, words_only: bool = False
    ) -> dict[str, int]:
        """Look everywhere, and answer where something of these traces is held, and how much."""
        holders = [holder for holder in self._holders if holder.holds_words or not words_only]
        found = {holder.place.value: len(holder.held(household, traces)) for holder in holders}
        with self._database.reading() as transaction:
            rows = transaction.traces_by_id(household, traces)
            found["index"] = sum(not words_only or row.words is not None for row in rows)
        return {place: count for place, count in found.items() if count}

    def _work(self, requests: Sequence[Asked]) -> list[Receipt | Exception]:
        """Do several requests together; a whole household's goes alone, for it ends the others."""
        outcomes: list[Receipt | Exception | None] = [None] * len(requests)
        together = [n for n, asked in enumerate(requests) if not asked.scope.household]
        alone = [[n] for n, asked in enumerate(requests) if asked.scope.household]
        for numbers in filter(None, [together, *alone]):
            with timed(Work.ERASE_BAR):
                barred = self._bar([requests[n] for n in numbers])
            if _in_state(ErasureState.COMMITTED, barred.found):
                self.replaced.let_go(barred.queued)
            erasures = [one for one in barred.outcomes if not isinstance(one, Exception)]
            finished = iter(self._finish(erasures, barred.found))
            for n, one in zip(numbers, barred.outcomes, strict=True):
                outcomes[n] = one if isinstance(one, Exception) else next(finished)
        return [outcome for outcome in outcomes if outcome is not None]

    def _bar(self, requests: Sequence[Asked]) -> _Barred:
        """Bar what each of these names.

        The keys of few recordings are destroyed with it, if they can be: what was asked for is
        written down whatever stands in the way of that.
        """
        try:
            return self._barred(requests, commits=True)
        except _KeysRemain:
            return self._barred(requests, commits=False)

    def _barred(self, requests: Sequence[Asked], *, commits: bool) -> _Barred:
        now = self._clock()
        outcomes: list[Erasure | Exception] = []
        few: list[ErasureRow] = []
        with self._database.writing() as transaction:
            tree = roots.open_tree(transaction, self._keeper)
            for asked in requests:
                try:
                    row = bar(transaction, tree, asked, now)
                except NoSuchTrace as error:
                    outcomes.append(error)
                    continue
                outcomes.append((row.household, row.id))
                named = asked.scope.recordings
                if named is not None and len(named) <= AT_ONCE_MAX:
                    few.append(row)
            found = _find(transaction, tree, few, day_number(now))
            if commits:
                try:
                    commit_some(
                        transaction, tree, _in_state(ErasureState.ASKED, found), self._ways()
                    )
                except Exception as error:  # it comes again when the erasure is finished
                    raise _KeysRemain from error
            return _Barred(outcomes, found, transaction.queued_roots() if found else {})

    def _finish(
        self, erasures: Sequence[Erasure], found: Sequence[Case] = ()
    ) -> list[Receipt | Exception]:
        """Do every step after the bar; answer each erasure's receipt, or why there is none."""
        with timed(Work.ERASE_FIND):
            rest = self._find_rest(erasures, found)
        if _in_state(ErasureState.COMMITTED, rest):
            self.replaced.destroy_due()  # whoever committed may have died before that
        cases = [*found, *rest]
        with timed(Work.ERASE_COMMIT):
            self._commit(_in_state(ErasureState.ASKED, cases))
        swept = {case.row.id: gone_everywhere(case, self._holders) for case in cases}
        failed = {erasure: error for erasure, error in swept.items() if error is not None}
        with timed(Work.ERASE_ATTEST):
            outcomes = self._attest(erasures, failed)
        self._ledger.publish_soon(self._database)
        return outcomes

    def _attest(
        self, erasures: Sequence[Erasure], failed: Mapping[bytes, Exception]
    ) -> list[Receipt | Exception]:
        outcomes: list[Receipt | Exception] = []
        with self._database.writing() as transaction:
            tree = roots.open_tree(transaction, self._keeper)
            attestation = self._attestation()
            for household, erasure in erasures:
                if erasure in failed:
                    outcomes.append(failed[erasure])
                    continue
                try:
                    outcomes.append(attest(transaction, tree, household, erasure, attestation))
                except ForgetError as error:
                    outcomes.append(error)
        return outcomes

    def _find_rest(self, erasures: Sequence[Erasure], found: Sequence[Case]) -> list[Case]:
        known = {case.row.id for case in found}
        rest = [one for one in erasures if one[1] not in known]
        today = day_number(self._clock())

        def read(transaction: Transaction, tree: KeyTree) -> list[Case]:
            rows = [row for one in rest if (row := transaction.erasure(*one)) is not None]
            return _find(transaction, tree, rows, today)

        return snapshot(self._database, self._keeper, read) if rest else []

    def _commit(self, left: list[Case]) -> None:
        while left:
            with self._database.writing() as transaction:
                tree = roots.open_tree(transaction, self._keeper)
                asked = [case for case in left if still_asked(transaction, tree, case)]
                commit_some(transaction, tree, asked, self._ways())
                queued = transaction.queued_roots()
            self.replaced.let_go(queued)
            left = [case for case in left if case.todo]

    def _ways(self) -> Ways:
        return Ways(self._keeper, self._learned, self.replaced.due_day())

    def _attestation(self) -> Attestation:
        return Attestation(
            keeper=self._keeper,
            ledger=self._ledger,
            places=[holder.place.value for holder in self._holders],
            horizon_days=self._copies.horizon_days,
            drill=self._copies.drill(),
            now=self._clock(),
        )

    @property
    def horizon_days(self) -> int:
        """For how many days a backup opens what is erased today."""
        return self._copies.horizon_days


def _find(
    transaction: Transaction, tree: KeyTree, rows: Sequence[ErasureRow], today: int
) -> list[Case]:
    """Answer these erasures with what they name, save what legal holds keep back `today`."""
    held = {
        household: scopes_held(transaction, tree, household, today)
        for household in {row.household for row in rows}
    }
    return [find(transaction, tree, row, held[row.household]) for row in rows]


def _in_state(state: ErasureState, cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if case.row.state is state]
