"""What is learned, of whom, and that it is what the contributions kept make of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from unhear.forget.database import Transaction
from unhear.forget.keytree import KeyTree
from unhear.forget.traces import content_of
from unhear.household.learning import Subject
from unhear.household.words import HouseholdId, PersonId
from unhear.learn.rows import LEARNED_KINDS, contributions, learned_row
from unhear.learn.subjects import TAUGHT, digest


@dataclass(frozen=True, slots=True)
class Standing:
    """What is learned about a subject: from how many recordings of whom, and its digests.

    `state` and `model` are of what is there, `state_built` and `model_built` of what the
    contributions make when all is built from nothing.
    """

    subject: Subject
    taught_by: Mapping[PersonId, int]
    state: bytes
    model: bytes
    state_built: bytes
    model_built: bytes

    @property
    def is_proved(self) -> bool:
        """Whether what is there is, bit for bit, what the contributions make."""
        return (self.state, self.model) == (self.state_built, self.model_built)

    @property
    def recordings(self) -> int:
        """How many recordings taught it."""
        return sum(self.taught_by.values())


def standings(transaction: Transaction, tree: KeyTree, household: HouseholdId) -> list[Standing]:
    """Build everything from the contributions that are kept, and compare.

    Raises `CapsuleClosed` where a contribution does not open.
    """
    people: dict[Subject, Counter[PersonId]] = {subject: Counter() for subject in TAUGHT}
    numbers: dict[Subject, list[bytes]] = {subject: [] for subject in TAUGHT}
    for utterance, one in contributions(transaction, tree, household):
        people[one.subject][utterance.person] += 1
        if one.numbers:
            numbers[one.subject].append(one.numbers)
    found = []
    for subject, taught in TAUGHT.items():
        built = taught.added(taught.nothing(), numbers[subject])
        rows = [learned_row(transaction, household, kind, subject) for kind in LEARNED_KINDS]
        nothing = (taught.nothing(), taught.solved(taught.nothing()))
        there = [
            content if row is None else content_of(tree, row)
            for row, content in zip(rows, nothing, strict=True)
        ]
        found.append(
            Standing(
                subject,
                people[subject],
                state=digest(there[0]),
                model=digest(there[1]),
                state_built=digest(built),
                model_built=digest(taught.solved(built)),
            )
        )
    return found
