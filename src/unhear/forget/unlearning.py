"""What an erasure needs of the room that learns: to take out again what is forgotten.

The rows of what was learned change in the very transaction that destroys the keys of what taught
it. Their own keys are replaced with them, so that no older state or model opens in any copy.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from unhear.forget.database import TraceRow, Transaction
from unhear.forget.keytree import KeyTree
from unhear.forget.slots import free_slots
from unhear.forget.traces import sealed
from unhear.household.learning import Unlearned
from unhear.household.words import HouseholdId, TraceId, Utterance


@dataclass(frozen=True, slots=True)
class Anew:
    """A row that stays, with what is in it from now on."""

    row: TraceRow
    utterance: Utterance
    content: bytes


@dataclass(frozen=True, slots=True)
class Unlearning:
    """What becomes of the rows of what was learned: some are sealed anew, some are gone."""

    unlearned: Sequence[Unlearned] = ()
    anew: Sequence[Anew] = ()
    gone: Sequence[TraceRow] = ()

    @property
    def slots(self) -> set[int]:
        """The slots whose keys are to be destroyed."""
        return {row.slot for row in (*(one.row for one in self.anew), *self.gone)}


class Learned(Protocol):
    """What was learned of kept things."""

    def bound(
        self,
        transaction: Transaction,
        tree: KeyTree,
        household: HouseholdId,
        going: Collection[TraceId],
    ) -> list[TraceId]:
        """Answer what else must go with contributions that go: one of two recordings has two."""

    def unlearn(
        self,
        transaction: Transaction,
        tree: KeyTree,
        household: HouseholdId,
        going: Collection[TraceId],
    ) -> Unlearning:
        """Answer what is learned once the contributions among `going` are gone.

        Called before their keys are destroyed.
        """


def carry_out(transaction: Transaction, tree: KeyTree, unlearning: Unlearning) -> None:
    """Write what is learned now, under the fresh keys of its slots; drop what is gone."""
    for one in unlearning.anew:
        transaction.set_capsule(sealed(tree, one.row, one.utterance, one.content, None))
    if unlearning.gone:
        household = unlearning.gone[0].household
        free_slots(transaction, household, [row.slot for row in unlearning.gone])
        transaction.drop_traces(household, [row.id for row in unlearning.gone])
