"""The first two steps of an erasure, inside a transaction: bar what it names, destroy its keys."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from unhear.clock import day_number, random_bytes
from unhear.forget.database import (
    NAMED_KINDS,
    ErasureRow,
    ErasureState,
    HouseholdRow,
    TraceKind,
    TraceRow,
    Transaction,
)
from unhear.forget.errors import NoSuchTrace
from unhear.forget.keytree import KeyTree
from unhear.forget.naming import Named, held_back, named
from unhear.forget.records import ErasureRecord, record_of, request_of, sealed_record
from unhear.forget.roots import RootKeeper, erase_keys
from unhear.forget.slots import free_slots
from unhear.forget.traces import content_of, sealed, utterance_of
from unhear.forget.unlearning import Learned, Unlearning, carry_out
from unhear.household.learning import merged
from unhear.household.scope import Scope
from unhear.household.words import HouseholdId, TraceId, Utterance

ERASURE_ID_BYTES = 16

TRACES_PER_COMMIT_MAX = 2_048
"""How much one transaction destroys: others may write in between, and a crash repeats little."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to forget; `expired` and `reopens` say that the house itself asks, and why."""

    household: HouseholdId
    scope: Scope
    expired: bool = False
    reopens: bytes | None = None


@dataclass(slots=True)
class Case:
    """An erasure at work: its row and record as they stand, and the traces still to destroy.

    `waits` says that a legal hold keeps some of what it names; `gone` is what lost its keys, and is
    to be swept everywhere.
    """

    row: ErasureRow
    record: ErasureRecord
    todo: list[TraceId]
    waits: bool = False
    gone: Sequence[TraceId] = ()


def bar(transaction: Transaction, tree: KeyTree, asked: Asked, now: datetime) -> ErasureRow:
    """Refuse new traces of what is named, from the moment this is durable; answer the erasure.

    The same request made again is the same erasure, unless there is something new to forget.
    Raises `NoSuchTrace` where it names recordings of which none is kept.
    """
    household, scope = asked.household, asked.scope
    request = None
    if not asked.expired and asked.reopens is None:
        request = request_of(transaction, tree, household, scope)
        again = _asked_before(transaction, tree, asked, request, now)
        if again is not None:
            return again
    erasure = random_bytes(ERASURE_ID_BYTES)
    record = ErasureRecord(now, now, scope, expired=asked.expired, reopens=asked.reopens)
    row = ErasureRow(
        id=erasure,
        household=household,
        state=ErasureState.ASKED,
        asked_day=day_number(now),
        sealed=sealed_record(transaction, tree, household, erasure, record),
        request=request,
    )
    transaction.set_erasure(row)
    if asked.reopens is not None:
        transaction.add_sweep(household, erasure, sorted(scope.recordings or ()))
    return row


def find(transaction: Transaction, tree: KeyTree, row: ErasureRow, holds: Sequence[Scope]) -> Case:
    """Answer the erasure with everything it names, save what a legal hold keeps back."""
    record = record_of(transaction, tree, row)
    if row.state is not ErasureState.ASKED:
        return Case(row, record, [], gone=transaction.sweep(row.household, row.id))
    traces = list(_named(transaction, tree, row, record, holds))
    waits = any(trace.held for trace in traces)
    kinds = NAMED_KINDS if waits and record.scope.household else tuple(TraceKind)
    todo = [trace.id for trace in traces if not trace.held and trace.kind in kinds]
    return Case(row, record, todo, waits and not record.expired)


@dataclass(frozen=True, slots=True)
class Ways:
    """What a commit needs besides the database: who holds the root, and what was learned.

    A root that it replaces is destroyed from `due_day` on.
    """

    keeper: RootKeeper
    learned: Learned
    due_day: int


def commit_some(transaction: Transaction, tree: KeyTree, cases: Sequence[Case], ways: Ways) -> None:
    """Destroy the keys of what these erasures name, found in this very transaction.

    Or of a part where it is much. All of it goes under one change of the root, and what was learned
    of it with it. A case without `todo` is finished here.
    """
    chosen = list(_parts(transaction, tree, cases, ways.learned))
    unlearnings = _unlearnings(transaction, tree, chosen, ways.learned)
    slots = {slot for _, part in chosen for slot in part.slots.values()}
    slots |= {slot for one in unlearnings.values() for slot in one.slots}
    slots |= {transaction.household(case.row.household).slot for case in cases if _ends(case)}
    if slots:
        old = erase_keys(transaction, ways.keeper, tree, slots, due_day=ways.due_day)
        for case, _ in chosen:
            before = case.record.epochs or (old.epoch, old.epoch)
            case.record = replace(
                case.record,
                epochs=(before[0], tree.epoch),
                old_roots=(*case.record.old_roots, old.root_id),
                unlearned=merged(case.record.unlearned, unlearnings[case.row.household].unlearned),
            )
    for unlearning in unlearnings.values():
        carry_out(transaction, tree, unlearning)
    dropped = {trace for _, part in chosen for trace in part.going}
    for case, part in chosen:
        _drop(transaction, case, part)
        _reseal(transaction, tree, part, dropped)
    for case in cases:
        _close(transaction, tree, case)
        if not case.todo:
            case.gone = transaction.sweep(case.row.household, case.row.id)


def still_asked(transaction: Transaction, tree: KeyTree, case: Case) -> bool:
    """Take over what another process did of it since it was found; False if it did all of it."""
    row = transaction.erasure(case.row.household, case.row.id)
    if row is not None and row != case.row:
        case.row, case.record = row, record_of(transaction, tree, row)
    if row is None or row.state is not ErasureState.ASKED:
        case.todo = []
        case.gone = transaction.sweep(case.row.household, case.row.id)
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Part:
    """What one transaction does of a case: the slots of its traces.

    What is in `kept` stays, under a fresh key, without its words.
    """

    slots: Mapping[TraceId, int]
    kept: list[tuple[TraceRow, Utterance, bytes]]

    @property
    def going(self) -> list[TraceId]:
        """What goes as a whole."""
        kept = {row.id for row, _, _ in self.kept}
        return [trace for trace in self.slots if trace not in kept]


def _parts(
    transaction: Transaction, tree: KeyTree, cases: Sequence[Case], learned: Learned
) -> Iterator[tuple[Case, _Part]]:
    room = TRACES_PER_COMMIT_MAX
    for case in cases:
        some, case.todo = case.todo[:room], case.todo[room:]
        room -= len(some)
        household = case.row.household
        some += learned.bound(transaction, tree, household, some)
        slots = dict(transaction.slots_by_id(household, some, tuple(TraceKind)))
        kept: list[tuple[TraceRow, Utterance, bytes]] = []
        if case.record.scope.words_only:
            rows = transaction.traces_by_id(household, some)
            kept = [
                (row, utterance_of(tree, row), content_of(tree, row))
                for row in rows
                if row.kind is not TraceKind.CONTRIBUTION
            ]
        yield case, _Part(slots, kept)


def _unlearnings(
    transaction: Transaction,
    tree: KeyTree,
    chosen: Sequence[tuple[Case, _Part]],
    learned: Learned,
) -> Mapping[HouseholdId, Unlearning]:
    going: dict[HouseholdId, set[TraceId]] = {}
    for case, part in chosen:
        going.setdefault(case.row.household, set()).update(part.going)
    return {
        household: learned.unlearn(transaction, tree, household, traces)
        for household, traces in going.items()
    }


def _drop(transaction: Transaction, case: Case, part: _Part) -> None:
    household = case.row.household
    transaction.add_sweep(household, case.row.id, list(part.slots))
    if part.going:
        free_slots(transaction, household, [part.slots[trace] for trace in part.going])
        transaction.drop_traces(household, part.going)


def _reseal(transaction: Transaction, tree: KeyTree, part: _Part, dropped: set[TraceId]) -> None:
    for row, utterance, content in part.kept:
        if row.id not in dropped:
            transaction.set_capsule(
                sealed(tree, row, replace(utterance, intent=None), content, None)
            )


def _close(transaction: Transaction, tree: KeyTree, case: Case) -> None:
    """Write down how far the case has come; a whole household's last step is its own key."""
    household, request = case.row.household, case.row.request
    if _ends(case):
        request = request_of(transaction, tree, household, case.record.scope)
        slot = transaction.household(household).slot
        transaction.set_household(HouseholdRow(household, slot, recipient="", identity=b""))
        transaction.drop_erasures(household, but=case.row.id)
        transaction.drop_holds(household)
        transaction.drop_signed_in(household)
    finished = not case.todo and not case.waits
    case.row = replace(
        case.row,
        state=ErasureState.COMMITTED if finished else ErasureState.ASKED,
        sealed=sealed_record(transaction, tree, household, case.row.id, case.record),
        request=request,
    )
    transaction.set_erasure(case.row)


def _ends(case: Case) -> bool:
    """Whether this transaction takes the last of a whole household."""
    return case.record.scope.household and not case.todo and not case.waits


def _named(
    transaction: Transaction,
    tree: KeyTree,
    row: ErasureRow,
    record: ErasureRecord,
    holds: Sequence[Scope],
) -> Iterator[Named]:
    if record.expired or record.reopens is not None:
        for trace in transaction.traces_by_id(row.household, record.scope.recordings or ()):
            if not record.expired or trace.expires_day <= row.asked_day:
                yield Named(trace.id, trace.kind, held_back(tree, trace, holds))
    else:
        yield from named(transaction, tree, row.household, record.scope, holds)


def _asked_before(
    transaction: Transaction, tree: KeyTree, asked: Asked, request: bytes, now: datetime
) -> ErasureRow | None:
    """Answer the erasure that the same request made before, barring up to now; None for none."""
    household, scope = asked.household, asked.scope
    earlier = transaction.erasure_of_request(asked.household, request)
    kept = earlier is None or earlier.state is ErasureState.DONE
    kept = kept and next(named(transaction, tree, household, scope), None) is not None
    if earlier is None:
        if scope.recordings is not None and not kept:
            raise NoSuchTrace("no such recording is kept; it may be forgotten already")
        return None
    if kept:
        transaction.set_erasure(replace(earlier, request=None))
        return None
    record = replace(record_of(transaction, tree, earlier), barred_until=now)
    resealed = sealed_record(transaction, tree, household, earlier.id, record)
    again = replace(earlier, asked_day=day_number(now), sealed=resealed)
    transaction.set_erasure(again)
    return again
