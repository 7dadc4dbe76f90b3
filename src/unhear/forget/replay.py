"""Carry out in an older copy of the database what was forgotten since it was made.

Needed only within a backup horizon: without one, the root key of an older copy is destroyed and it
does not open at all. The copy takes over from the newest database what must never go back: the
ledger, the erasures and what they destroyed, the legal holds, the receipts, and who lives here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from unhear.forget.database import (
    ErasureRow,
    HoldRow,
    HouseholdRow,
    TraceKind,
    TraceRow,
    Transaction,
)
from unhear.forget.kept_receipts import KINDS
from unhear.forget.keytree import KeyTree
from unhear.forget.records import record_of
from unhear.forget.roots import CurrentRoot, RootKeeper, erase_keys, open_parked, open_tree
from unhear.forget.slots import free_slots, take_slot
from unhear.forget.traces import content_of, sealed, utterance_of, words_of
from unhear.forget.unlearning import Learned, carry_out
from unhear.household.clock_guard import ClockMark
from unhear.household.words import HouseholdId, TraceId, Utterance
from unhear.prove.merkle import completed_by
from unhear.prove.receipt import Receipt

ADOPTED = (TraceKind.PROFILE, TraceKind.NOTICE, TraceKind.REQUEST, *KINDS)
"""Kinds that are taken over from the newest database, in place of the copy's own."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A kept thing outside its tree: its row, and what was sealed in it."""

    row: TraceRow
    utterance: Utterance
    content: bytes
    words: bytes | None


@dataclass(frozen=True, slots=True)
class Since:
    """What an older copy must take over from the newest database."""

    household: HouseholdRow
    erasures: Sequence[ErasureRow]
    swept: dict[bytes, Sequence[TraceId]]
    gone: frozenset[TraceId]
    wordless: frozenset[TraceId]
    holds: Sequence[HoldRow]
    mark: ClockMark | None
    leaves: Sequence[bytes]
    handovers: Sequence[bytes]
    adopted: Sequence[Opened]
    root: CurrentRoot
    queued: dict[bytes, int]


def read_since(newest: Transaction, keeper: RootKeeper, household: HouseholdId) -> Since:
    """Answer what the newest database knows. Raises `RootGone` where it does not open."""
    tree = open_tree(newest, keeper)
    erasures = newest.erasures(household)
    swept = {row.id: newest.sweep(household, row.id) for row in erasures}
    gone: set[TraceId] = set()
    wordless: set[TraceId] = set()
    for row in erasures:
        words_only = record_of(newest, tree, row).scope.words_only
        (wordless if words_only else gone).update(swept[row.id])
    return Since(
        household=newest.household(household),
        erasures=erasures,
        swept=swept,
        gone=frozenset(gone),
        wordless=frozenset(wordless - gone),
        holds=newest.holds(household),
        mark=newest.clock_mark(),
        leaves=list(newest.ledger_leaves(0, newest.ledger_size())),
        handovers=list(newest.handovers()),
        adopted=[_opened(tree, row) for row in newest.traces(household, ADOPTED)],
        root=newest.current_root(),
        queued=dict(newest.queued_roots()),
    )


def replay(older: Transaction, keeper: RootKeeper, since: Since, learned: Learned) -> int:
    """Forget in the older copy what was forgotten since; answer how much of it that was.

    What it had learned of that is unlearned.

    Everything goes under one fresh root. The caller commits. Raises `RootGone` when the copy was
    made before the backup horizon, and opens no more.
    """
    ours = since.household.id
    tree = open_parked(older, keeper)
    gone = dict(older.slots_by_id(ours, since.gone, tuple(TraceKind)))
    taught = older.slots_by_id(ours, since.wordless, (TraceKind.CONTRIBUTION,))
    gone |= dict(taught)  # what came of the words went with them
    rest = since.wordless - gone.keys()
    wordless = [_opened(tree, row) for row in older.traces_by_id(ours, rest)]
    unlearning = learned.unlearn(older, tree, ours, gone)
    own = {row.id: row.slot for row in older.traces(ours, ADOPTED)}
    slots = {*gone.values(), *own.values(), *(one.row.slot for one in wordless)}
    slots |= unlearning.slots
    erase_keys(older, keeper, tree, slots)
    free_slots(older, ours, {*gone.values(), *own.values()})
    older.drop_traces(ours, [*gone, *own])
    carry_out(older, tree, unlearning)
    for one in wordless:
        bare = replace(one.utterance, intent=None)
        older.set_capsule(sealed(tree, one.row, bare, one.content, None))
    for one in since.adopted:
        row = replace(one.row, slot=take_slot(older, tree, ours))
        older.add_trace(sealed(tree, row, one.utterance, one.content, one.words))
    _adopt(older, since)
    return len(gone) + len(wordless)


def _adopt(older: Transaction, since: Since) -> None:
    """Take over the rows that are sealed under the household's own key, or not at all."""
    slot = older.household(since.household.id).slot
    older.set_household(replace(since.household, slot=slot))
    for erasure in since.erasures:
        older.set_erasure(erasure)
        older.add_sweep(erasure.household, erasure.id, since.swept[erasure.id])
    for hold in since.holds:
        older.set_hold(hold)
    if since.mark is not None:
        older.set_clock_mark(since.mark)
    for index in range(older.ledger_size(), len(since.leaves)):
        leaf = since.leaves[index]
        older.append_leaf(index, leaf, completed_by(index, leaf, older.ledger_node))
    for handover in since.handovers[len(older.handovers()) :]:
        older.add_handover(Receipt.from_json(handover).proof.index, handover)
    for root_id, due_day in {**since.queued, since.root.root_id: 0}.items():
        if root_id not in older.queued_roots():
            older.queue_root(root_id, due_day)


def _opened(tree: KeyTree, row: TraceRow) -> Opened:
    return Opened(row, utterance_of(tree, row), content_of(tree, row), words_of(tree, row))
