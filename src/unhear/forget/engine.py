"""Forget a scope everywhere, and leave a proof that it was done.

The order is the design:

1. **Bar** the scope, durably. From then on nothing heard before the request can be kept.
2. **Commit**, in one transaction: find what the scope names, destroy its keys by re-keying their
   path under a new root, drop the rows. Then the keeper destroys the old root: from here on what
   is left anywhere, in any copy, is noise.
3. **Sweep** every holder outside the database. One that is away stops no other.
4. **Look again**, everywhere. We do not believe `destroy`; we believe an empty answer.
5. **Attest**: a leaf in the ledger and a receipt that claims only what step 4 saw.

There is no progress table: a crash at any line is repaired by doing the step again.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace

from unhear.clock import Clock, day_number, random_bytes
from unhear.forget import attest, roots
from unhear.forget.database import (
    Database,
    ErasureRow,
    ErasureState,
    TraceRow,
    Transaction,
)
from unhear.forget.errors import HolderAway, HolderUnanswered, NoSuchTrace, TraceRemains
from unhear.forget.holder import Holder, Place
from unhear.forget.roots import RootKeeper
from unhear.forget.slots import free_slots
from unhear.forget.traces import (
    ErasureRecord,
    named,
    record_of,
    sealed_record,
)
from unhear.household.scope import Scope
from unhear.household.words import HouseholdId, TraceId
from unhear.prove.ledger import Ledger
from unhear.prove.receipt import Receipt

log = logging.getLogger(__name__)

ERASURE_ID_BYTES = 16
TRACES_PER_SWEEP_MAX = 1_000
"""Traces handed to one `destroy`: bounds a holder's work, not the erasure."""


class Forgetter:
    """Carries out erasures; one a house, safe to use from several threads and processes."""

    def __init__(
        self,
        *,
        database: Database,
        keeper: RootKeeper,
        ledger: Ledger,
        holders: Sequence[Holder],
        clock: Clock,
    ) -> None:
        """Refuse, with `HolderUnanswered`, while a place has nobody to answer for it."""
        if unanswered := set(Place) - {holder.place for holder in holders}:
            raise HolderUnanswered(f"nobody answers for: {', '.join(sorted(unanswered))}")
        self._database = database
        self._keeper = keeper
        self._ledger = ledger
        self._holders = tuple(holders)
        self._clock = clock

    def forget(self, household: HouseholdId, scope: Scope) -> Receipt:
        """Leave nothing of what `scope` names, and answer the receipt that says so.

        Raises:
            NoSuchTrace: the scope names recordings of which none is kept.
            HolderAway: a holder cannot be asked now. The keys are gone, the other holders are
                swept, and `resume` finishes the rest.
            TraceRemains: a holder broke its promise.
        """
        return self._finish(household, self._bar(household, scope, expired=False))

    def expire(self, household: HouseholdId) -> Receipt | None:
        """Forget what may not stay today, like any erasure; None when there is nothing."""
        today = day_number(self._clock())
        with self._database.reading() as transaction:
            expired = [row.id for row in transaction.expired(household, today)]
        if not expired:
            return None
        scope = Scope(recordings=frozenset(expired))
        return self._finish(household, self._bar(household, scope, expired=True))

    def discard(self, household: HouseholdId, traces: Sequence[TraceId]) -> None:
        """Destroy what a skill no longer needs: gone like the rest, with no request to attest."""
        with self._database.writing() as transaction:
            rows = [row for trace in traces if (row := transaction.trace(household, trace))]
            self._destroy_keys(transaction, household, rows)
            due = transaction.queued_roots()
        self._destroy_roots(due)

    def resume(self, household: HouseholdId) -> list[Receipt]:
        """Finish what a crash or an absent holder left unfinished.

        Destroys leftover roots first. Raises `RootGone` when the current one is missing.
        """
        roots.recover(self._database, self._keeper)
        with self._database.reading() as transaction:
            unfinished = [
                row.id
                for row in transaction.erasures(household)
                if row.state is not ErasureState.DONE
            ]
        return [self._finish(household, erasure) for erasure in unfinished]

    def _bar(self, household: HouseholdId, scope: Scope, *, expired: bool) -> bytes:
        erasure = random_bytes(ERASURE_ID_BYTES)
        with self._database.writing() as transaction:
            if scope.recordings is not None and not any(
                transaction.trace(household, trace) for trace in scope.recordings
            ):
                raise NoSuchTrace("no such recording is kept; it may be forgotten already")
            asked_at = self._clock()
            tree = roots.open_tree(transaction, self._keeper)
            record = ErasureRecord(asked_at, scope, expired=expired)
            transaction.set_erasure(
                ErasureRow(
                    id=erasure,
                    household=household,
                    state=ErasureState.ASKED,
                    asked_day=day_number(asked_at),
                    sealed=sealed_record(transaction, tree, household, erasure, record),
                )
            )
        return erasure

    def _finish(self, household: HouseholdId, erasure: bytes) -> Receipt:
        self._commit(household, erasure)
        traces = self._sweep(household, erasure)
        self._look_again(household, traces)
        receipt = self._attest(household, erasure)
        self._database.tidy()
        self._ledger.publish(self._database)
        log.info("erasure finished", extra={"erasure": erasure.hex()})
        return receipt

    def _commit(self, household: HouseholdId, erasure: bytes) -> None:
        with self._database.writing() as transaction:
            row = attest.erasure_row(transaction, erasure)
            tree = roots.open_tree(transaction, self._keeper)
            record = record_of(transaction, tree, row)
            if row.state is ErasureState.ASKED:
                if record.expired:
                    expired = transaction.expired(household, row.asked_day)
                    rows = list(expired)
                else:
                    rows = list(named(transaction, tree, household, record.scope))
                old = self._destroy_keys(transaction, household, rows)
                current = transaction.current_root()
                record = replace(
                    record,
                    epochs=(old.epoch if old else current.epoch, current.epoch),
                    old_root=old.root_id if old else None,
                )
                transaction.add_sweep(erasure, [row.id for row in rows])
                tree = roots.open_tree(transaction, self._keeper)
                sealed = sealed_record(transaction, tree, household, erasure, record)
                transaction.set_erasure(replace(row, state=ErasureState.COMMITTED, sealed=sealed))
            due = transaction.queued_roots()
        self._destroy_roots(due)

    def _destroy_roots(self, due: Collection[bytes]) -> None:
        """Destroy replaced roots, also those a crashed process left; a later step unqueues them."""
        for root_id in due:
            self._keeper.destroy(root_id)

    def _destroy_keys(
        self, transaction: Transaction, household: HouseholdId, rows: Sequence[TraceRow]
    ) -> roots.CurrentRoot | None:
        if not rows:
            return None
        slots = [row.slot for row in rows]
        old = roots.erase_keys(transaction, self._keeper, slots)
        free_slots(transaction, slots)
        transaction.drop_traces(household, [row.id for row in rows])
        return old

    def _sweep(self, household: HouseholdId, erasure: bytes) -> list[TraceId]:
        with self._database.reading() as transaction:
            traces = list(transaction.sweep(erasure))
        away = [holder.place for holder in self._holders if not _swept(holder, household, traces)]
        if away:
            raise HolderAway(
                f"cannot reach: {', '.join(away)}. The keys are destroyed; the rest is swept when "
                "it is back (run `unhear audit`)"
            )
        return traces

    def _look_again(self, household: HouseholdId, traces: Sequence[TraceId]) -> None:
        for holder in self._holders:
            if remaining := holder.remaining(household, traces):
                raise TraceRemains(f"{holder.place} still holds something of {remaining} traces")

    def _attest(self, household: HouseholdId, erasure: bytes) -> Receipt:
        with self._database.writing() as transaction:
            return attest.attest(
                transaction,
                attest.Attestation(
                    household=household,
                    erasure=erasure,
                    keeper=self._keeper,
                    ledger=self._ledger,
                    holders=self._holders,
                    now=self._clock(),
                ),
            )


def _swept(holder: Holder, household: HouseholdId, traces: Sequence[TraceId]) -> bool:
    """Destroy what `holder` has; False if it is away."""
    try:
        for start in range(0, len(traces), TRACES_PER_SWEEP_MAX):
            holder.destroy(household, traces[start : start + TRACES_PER_SWEEP_MAX])
    except HolderAway:
        log.warning("holder away", extra={"place": holder.place.value})
        return False
    return True
