"""What a household's recordings taught the house, and how it is unlearned.

A contribution lies in a row of its own and goes with its recording. For each subject there is one
state, the sum of the contributions that are kept, and one model, solved from it. They change in the
transaction in which contributions come or go, so that they are always what a build from the
contributions alone would be. When some go, state and model are sealed anew under fresh keys: what
older copies of the database hold of them opens no more.
"""

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from unhear.forget.database import TraceKind, TraceRow, Transaction
from unhear.forget.errors import Barred, CapsuleClosed
from unhear.forget.keytree import KeyTree
from unhear.forget.traces import bars_against, content_of, contribution_id, utterance_of
from unhear.forget.unlearning import Anew, Unlearning
from unhear.household.learning import Subject, Unlearned
from unhear.household.words import HouseholdId, TraceId, Utterance
from unhear.learn.contribution import Contribution
from unhear.learn.learner import NeverLearned
from unhear.learn.rows import (
    LEARNED_KINDS,
    add_contribution,
    contribution_of,
    contribution_rows,
    contributions,
    learned_id,
    learned_row,
    put_learned,
)
from unhear.learn.subjects import TAUGHT, digest

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a recording teaches about a subject, until `expires_at`.

    `with_others` are recordings that it comes of, too: it goes with any of them.
    """

    subject: Subject
    utterance: Utterance
    numbers: bytes
    expires_at: datetime
    with_others: Sequence[Utterance] = ()


class SealedLearned:
    """What households have learned; it unlearns inside an erasure."""

    def learn(
        self, transaction: Transaction, tree: KeyTree, household: HouseholdId, lesson: Lesson
    ) -> None:
        """Add a lesson; what was learned of this recording already is not learned again.

        Raises `Barred` when an erasure asked for since it was heard names it.
        """
        subject = lesson.subject
        heard = [
            replace(one, purposes=(subject.purpose,), reasons=(), intent=None)
            for one in (lesson.utterance, *lesson.with_others)
        ]
        ids = [contribution_id(subject, one.of) for one in heard]
        known = transaction.slots_by_id(household, ids, (TraceKind.CONTRIBUTION,))
        if next(known, None) is not None:
            return
        for trace, utterance in zip(ids, heard, strict=True):
            bars = bars_against(transaction, tree, household, TraceKind.CONTRIBUTION, utterance)
            if any(subject.of_words or not bar.scope.words_only for bar in bars):
                raise Barred("this was named by an erasure asked for since; nothing was learned")
            numbers = lesson.numbers if trace == ids[0] else b""
            one = Contribution(subject, numbers, tuple(other for other in ids if other != trace))
            new = (trace, utterance, lesson.expires_at)
            add_contribution(transaction, tree, household, new, one)
        row = learned_row(transaction, household, TraceKind.STATE, subject)
        before = TAUGHT[subject].nothing() if row is None else content_of(tree, row)
        _put(transaction, tree, household, subject, TAUGHT[subject].added(before, [lesson.numbers]))

    def build(
        self, transaction: Transaction, tree: KeyTree, household: HouseholdId, subject: Subject
    ) -> None:
        """Put what the contributions that are kept make in place of what stood there."""
        state = built(transaction, tree, household, subject)
        if state != TAUGHT[subject].nothing():
            _put(transaction, tree, household, subject, state)

    def bound(
        self,
        transaction: Transaction,
        tree: KeyTree,
        household: HouseholdId,
        going: Collection[TraceId],
    ) -> list[TraceId]:
        """Answer the contributions that go with some that go, and are not among them."""
        opened, _ = _opened(tree, contribution_rows(transaction, household, going))
        return sorted({other for one in opened for other in one.others} - set(going))

    def unlearn(
        self,
        transaction: Transaction,
        tree: KeyTree,
        household: HouseholdId,
        going: Collection[TraceId],
    ) -> Unlearning:
        """Answer what is learned without the contributions among `going`.

        They are subtracted; where one opens no more, or was never in, all is built from the rest.
        """
        opened, closed = _opened(tree, contribution_rows(transaction, household, going))
        concerned = set(TAUGHT) if closed else {one.subject for one in opened}
        changes = []
        for subject in sorted(TAUGHT):
            ids = [learned_id(household, kind, subject) for kind in LEARNED_KINDS]
            whole = any(trace in going for trace in ids)
            if not whole and subject not in concerned:
                continue
            state, model = (transaction.trace(household, trace) for trace in ids)
            if state is None or model is None:
                continue
            if whole:
                changes.append(_Change(subject, state, model, TAUGHT[subject].nothing()))
            else:
                gone = None if closed else [one.numbers for one in opened if one.subject is subject]
                after = _state_without(
                    transaction, tree, state, subject, gone=gone, going=set(going)
                )
                changes.append(_Change(subject, state, model, after))
        return _unlearning(tree, changes, going)


def built(
    transaction: Transaction,
    tree: KeyTree,
    household: HouseholdId,
    subject: Subject,
    but: Collection[TraceId] = (),
) -> bytes:
    """Answer the state that the contributions kept make from nothing, save those of some ids."""
    kept = [
        one.numbers
        for _, one in contributions(transaction, tree, household, but)
        if one.subject is subject and one.numbers
    ]
    return TAUGHT[subject].added(TAUGHT[subject].nothing(), kept)


def _put(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, subject: Subject, state: bytes
) -> None:
    model = TAUGHT[subject].solved(state)
    put_learned(transaction, tree, household, (TraceKind.STATE, subject), state)
    put_learned(transaction, tree, household, (TraceKind.MODEL, subject), model)


@dataclass(frozen=True, slots=True)
class _Change:
    """The rows of a subject as they are, and its state as it is to be."""

    subject: Subject
    state: TraceRow
    model: TraceRow
    after: bytes

    @property
    def is_nothing(self) -> bool:
        return self.after == TAUGHT[self.subject].nothing()


def _opened(tree: KeyTree, rows: Iterable[TraceRow]) -> tuple[list[Contribution], bool]:
    """Answer contributions, and whether some open no more."""
    opened, closed = [], False
    for row in rows:
        try:
            opened.append(contribution_of(tree, row))
        except CapsuleClosed:
            closed = True
    return opened, closed


def _state_without(
    transaction: Transaction,
    tree: KeyTree,
    row: TraceRow,
    subject: Subject,
    *,
    gone: Sequence[bytes] | None,
    going: Collection[TraceId],
) -> bytes:
    """Answer a state without what is gone; None for `gone` says that not all of it is known."""
    if gone is not None:
        try:
            return TAUGHT[subject].taken(content_of(tree, row), [one for one in gone if one])
        except (NeverLearned, CapsuleClosed):
            pass  # the sum cannot be trusted: the contributions that stay can
    log.warning("what was learned is built anew from its contributions")
    return built(transaction, tree, row.household, subject, going)


def _unlearning(
    tree: KeyTree, changes: Sequence[_Change], going: Collection[TraceId]
) -> Unlearning:
    unlearned, anew, gone = [], [], []
    for change in changes:
        model = TAUGHT[change.subject].solved(change.after)
        unlearned.append(
            Unlearned(
                change.subject,
                state_before=digest(content_of(tree, change.state)),
                state_after=digest(change.after),
                model_before=digest(content_of(tree, change.model)),
                model_after=digest(model),
            )
        )
        if change.is_nothing:
            gone += [row for row in (change.state, change.model) if row.id not in going]
        else:
            for row, content in ((change.state, change.after), (change.model, model)):
                anew.append(Anew(row, utterance_of(tree, row), content))
    return Unlearning(unlearned, anew, gone)
