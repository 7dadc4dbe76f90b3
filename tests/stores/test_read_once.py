"""What a transaction reads once is what is there, also after it wrote it itself."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhear.forget.database import HouseholdRow
from unhear.household.words import HouseholdId
from unhear.prove.merkle import completed_by, root
from unhear.stores.database import Database

OURS = HouseholdId(bytes(16))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with closing(Database(tmp_path_factory.mktemp("read-once") / "rows.db")) as database:
        yield database


def test_a_household_that_was_changed_is_read_as_it_is(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "rows.db")) as database, database.writing() as transaction:
        transaction.add_household(HouseholdRow(OURS, 1, "age1old", b"old"))
        assert transaction.household(OURS).recipient == "age1old"
        changed = HouseholdRow(OURS, 1, "age1new", b"new")
        transaction.set_household(changed)
        assert transaction.household(OURS) == changed


@given(leaves=st.lists(st.binary(max_size=20), min_size=1, max_size=20))
def test_the_log_is_the_same_in_one_transaction_as_in_many(
    database: Database, leaves: list[bytes]
) -> None:
    with database.writing() as transaction:
        for leaf in leaves:
            index = transaction.ledger_size()
            completed = completed_by(index, leaf, transaction.ledger_node)
            transaction.append_leaf(index, leaf, completed)
        size = transaction.ledger_size()
        whole = root(size, transaction.ledger_node)
    with database.reading() as transaction:
        assert transaction.ledger_size() == size
        assert (
            root(size, lambda level, place: transaction.ledger_nodes(level, place, place + 1)[0])
            == whole
        )
