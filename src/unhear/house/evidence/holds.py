"""The legal holds of a house, and what is wrong with them."""

from collections.abc import Iterator, Sequence

from unhear.clock import day_number, day_start
from unhear.forget.database import HoldRow, HoldState, Transaction
from unhear.forget.holds import hold_of
from unhear.forget.keytree import KeyTree
from unhear.house.evidence.facts import Held
from unhear.house.evidence.log import Entry
from unhear.household.words import HouseholdId


def held(
    transaction: Transaction, tree: KeyTree, household: HouseholdId, entries: Sequence[Entry]
) -> Iterator[Held]:
    """Yield every hold."""
    stated = {entry.statement["id"] for entry in entries if entry.kind == "hold"}
    for row in transaction.holds(household):
        try:
            hold = hold_of(transaction, tree, row)
        except ValueError as error:
            yield _impossible(row, str(error))
            continue
        wrong = []
        if row.state is HoldState.IN_FORCE and hold.agreed_by is None:
            wrong.append("it is in force, and no second person agreed")
        elif row.state is HoldState.IN_FORCE and row.id.hex() not in stated:
            wrong.append("it is in force, and the log does not say so")
        if row.expires_day != day_number(hold.expires_at):
            wrong.append("it was made to end on another day than was agreed")
        yield Held(
            id=row.id,
            state=row.state.value,
            reason=hold.reason,
            sealed=hold.by_order,
            asked_at=hold.asked_at,
            agreed_at=hold.agreed_at,
            expires_at=hold.expires_at,
            wrong=tuple(wrong),
        )


def _impossible(row: HoldRow, why: str) -> Held:
    never = day_start(0)
    return Held(row.id, row.state.value, "", False, never, None, never, (why,))  # noqa: FBT003
