"""What a transaction reads once is what is there, also after it wrote it itself."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stores.statements import statements
from unhear.forget.database import HouseholdRow, TraceKind, TraceRow
from unhear.forget.roots import CurrentRoot
from unhear.household.words import HouseholdId, TraceId
from unhear.prove.merkle import completed_by, root
from unhear.stores.database import Database
from unhear.stores.transaction import Transaction

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


def test_what_was_kept_or_dropped_since_is_placed_as_it_is(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "rows.db")) as database, database.writing() as transaction:
        both = [TraceId(bytes([n]) * 16) for n in range(2)]

        def placed() -> list[tuple[TraceId, int]]:
            return list(transaction.slots_by_id(OURS, both, (TraceKind.MEMORY,)))

        transaction.add_household(HouseholdRow(OURS, 1, "age1", b"identity"))
        assert placed() == []
        for slot, trace in enumerate(both, 2):
            row = TraceRow(OURS, trace, slot, TraceKind.MEMORY, 1, 2, b"", b"")
            transaction.add_trace(row)
        assert placed() == [(both[0], 2), (both[1], 3)]
        transaction.drop_traces(OURS, both[:1])
        assert placed() == [(both[1], 3)]
        assert list(transaction.kinds_by_id(OURS, both)) == [(both[1], TraceKind.MEMORY)]


def test_the_root_is_the_one_that_was_set_last(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "rows.db")) as database, database.writing() as transaction:
        for epoch in range(2):
            root_now = CurrentRoot(bytes(16), epoch, bytes([epoch]) * 16)
            transaction.set_root(root_now)
            assert transaction.current_root() == root_now


@pytest.mark.parametrize("size", range(20))
def test_of_the_log_its_edge_is_read_and_nothing_else(tmp_path: Path, size: int) -> None:
    with closing(Database(tmp_path / "rows.db")) as database:
        for index in range(size):
            with database.writing() as transaction:
                append(transaction, bytes([index]))
        with database.writing() as transaction:
            with statements() as asked:
                append(transaction, bytes([size]))
                root(size + 1, transaction.ledger_node)
            read = [one for one in asked if one.startswith("SELECT") and "ledger_node" in one]
            assert len(read) == 1


def append(transaction: Transaction, leaf: bytes) -> None:
    index = transaction.ledger_size()
    transaction.append_leaf(index, leaf, completed_by(index, leaf, transaction.ledger_node))


@given(leaves=st.lists(st.binary(max_size=20), min_size=1, max_size=20))
def test_the_log_is_the_same_in_one_transaction_as_in_many(
    database: Database, leaves: list[bytes]
) -> None:
    with database.writing() as transaction:
        for leaf in leaves:
            append(transaction, leaf)
        size = transaction.ledger_size()
        whole = root(size, transaction.ledger_node)
    with database.reading() as transaction:
        assert transaction.ledger_size() == size
        assert (
            root(size, lambda level, place: transaction.ledger_nodes(level, place, place + 1)[0])
            == whole
        )
