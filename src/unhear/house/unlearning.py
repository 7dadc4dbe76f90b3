"""Forgetting what was learned and nothing else: an erasure by purpose, and what proves it."""

from dataclasses import dataclass

from unhear.forget.database import Transaction
from unhear.forget.kept_receipts import newest
from unhear.forget.keytree import KeyTree
from unhear.forget.snapshot import snapshot
from unhear.house.house import House
from unhear.household.scope import Scope
from unhear.household.words import PersonId, Purpose
from unhear.prove.receipt import Receipt

UNLEARNING = "unlearning"


@dataclass(frozen=True, slots=True)
class Unlearnt:
    """The receipts of an erasure: of what taught, and of what was learned of it.

    `unlearning` is None where nothing had been learned.
    """

    erasure: Receipt
    unlearning: Receipt | None


def forget_learned(house: House, purpose: Purpose, person: PersonId | None = None) -> Unlearnt:
    """Forget what was learned for a purpose, of one person or of everybody; recordings stay.

    Raises `ForgetError`.
    """
    ours = house.household.id
    erasure = house.forgetter.forget(ours, Scope(person=person, purpose=purpose))

    def find(transaction: Transaction, tree: KeyTree) -> Receipt | None:
        every = newest(transaction, tree, ours, statements=(UNLEARNING,))
        wanted = erasure.statement["id"]
        return next((one for _, one in every if one.statement["erasure"] == wanted), None)

    return Unlearnt(erasure, snapshot(house.database, house.keeper, find))
