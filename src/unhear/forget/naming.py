"""Find the kept things that a scope names, and that no legal hold keeps back."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from unhear.clock import day_number
from unhear.forget.database import NAMED_KINDS, PURPOSES, TraceKind, TraceRow, Transaction
from unhear.forget.keytree import KeyTree
from unhear.forget.traces import DAY_LAST, contribution_id, covers, utterance_of
from unhear.household.learning import Subject
from unhear.household.scope import Scope
from unhear.household.words import HouseholdId, TraceId, Utterance

OUTLASTING = (TraceKind.RECEIPT, TraceKind.SHARED)
"""What stays when a whole household goes, and tells of nobody: proof, and what to erase elsewhere.
"""


SEARCHED = (TraceKind.MEMORY, TraceKind.GRANT)
"""What comes of a recording and has an id of its own: it is found by looking at all there is."""

USES = (TraceKind.CONTRIBUTION, TraceKind.GRANT)
"""What makes use of a recording, and is no part of it."""


@dataclass(frozen=True, slots=True)
class Named:
    """A kept thing that a scope names; `held` says that a legal hold keeps it from going."""

    id: TraceId
    kind: TraceKind
    held: bool


def named(
    transaction: Transaction,
    tree: KeyTree,
    household: HouseholdId,
    scope: Scope,
    holds: Sequence[Scope] = (),
) -> Iterator[Named]:
    """Yield the kept things whose words `scope` names, and what was made from them."""
    if scope.household:
        kinds = [kind for kind in TraceKind if kind not in OUTLASTING]
        rows = transaction.traces(household, kinds)
    elif scope == Scope(recordings=scope.recordings) and scope.recordings and not holds:
        # The usual request, and batches of it: nothing of a recording need be read or opened.
        wanted = {kind: set(ids) for kind, ids in _of_recordings(scope.recordings).items()}
        found = transaction.kinds_by_id(household, set().union(*wanted.values()))
        yield from (Named(i, kind, held=False) for i, kind in found if i in wanted.get(kind, ()))
        rows = _covered(tree, scope, transaction.traces(household, SEARCHED))
    else:
        rows = _covered(tree, scope, _candidates(transaction, household, scope))
    for row in rows:
        if not scope.words_only or row.words is not None:
            yield Named(row.id, row.kind, held_back(tree, row, holds))


def held_back(tree: KeyTree, row: TraceRow, holds: Sequence[Scope]) -> bool:
    """Whether one of these legal holds keeps a kept thing from being erased.

    What is held may be used for nothing else, so what was learned of it, or lets others see it, may
    go.
    """
    if not holds or row.kind not in NAMED_KINDS or row.kind in USES:
        return False
    utterance = utterance_of(tree, row)
    return any(covers(scope, row.kind, utterance) for scope in holds)


def _covered(tree: KeyTree, scope: Scope, rows: Iterator[TraceRow]) -> Iterator[TraceRow]:
    return (row for row in rows if any(covers(scope, row.kind, u) for u in _meant(tree, row)))


def _meant(tree: KeyTree, row: TraceRow) -> Iterator[Utterance]:
    """Yield what it came of; a grant can be named by its own id too, to be taken back alone."""
    utterance = utterance_of(tree, row)
    yield utterance
    if row.kind is TraceKind.GRANT:
        yield replace(utterance, of=row.id)


def _candidates(
    transaction: Transaction, household: HouseholdId, scope: Scope
) -> Iterator[TraceRow]:
    """Narrow down by what lies in clear, so that one recording costs the same in any store."""
    days, kinds = _days(scope), _kinds(scope)
    if scope.recordings is None:
        yield from transaction.traces(household, kinds, days=days)
        return
    for kind, ids in _of_recordings(scope.recordings).items():
        rows = transaction.traces_by_id(household, ids if kind in kinds else ())
        yield from (row for row in rows if row.kind is kind)
    if searched := [kind for kind in SEARCHED if kind in kinds]:
        yield from transaction.traces(household, searched, days=days)


def _of_recordings(recordings: Collection[TraceId]) -> Mapping[TraceKind, Collection[TraceId]]:
    """Answer the ids of recordings, of what they contributed, and of grants named alone."""
    return {
        TraceKind.RECORDING: recordings,
        TraceKind.CLIP: recordings,
        TraceKind.CONTRIBUTION: [contribution_id(s, one) for one in recordings for s in Subject],
        TraceKind.GRANT: recordings,
    }


def _kinds(scope: Scope) -> Collection[TraceKind]:
    if scope.purpose is None:
        return NAMED_KINDS
    return [kind for kind in NAMED_KINDS if scope.purpose in PURPOSES[kind]]


def _days(scope: Scope) -> tuple[int, int]:
    first = day_number(scope.since) if scope.since else 0
    last = day_number(scope.until) if scope.until else DAY_LAST
    return first, last
