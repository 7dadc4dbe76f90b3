"""How older databases become the present one, and that both kinds have the same tables."""

from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect

from tests import back_ends
from tests.stores.old_houses import migrations
from unhear.forget.database import ErasureState
from unhear.household.words import HouseholdId, TraceId
from unhear.stores import schema
from unhear.stores.database import Database, engine_at
from unhear.stores.postgres import PostgresDatabase
from unhear.stores.tables import metadata

KEYRING = ("key_page", "key_root", "leaf_page", "root_queue")

OURS, FIRST, SECOND, THING = (bytes([n]) * 16 for n in range(4))
FILLED = (
    ("INSERT INTO household VALUES (?, 0, 'age1', x'00')", (OURS,)),
    ("INSERT INTO trace VALUES (7, ?, ?, 'recording', 1, 2, x'01', x'02', x'03')", (OURS, THING)),
    ("INSERT INTO leaf_page VALUES (0, ?, ?, 118)", (OURS, b"\x81" + bytes(14))),
    ("INSERT INTO erasure VALUES (?, ?, 'done', 5, x'04', 9, ?)", (FIRST, OURS, THING)),
    ("INSERT INTO erasure VALUES (?, ?, 'asked', 6, x'05', 0, NULL)", (SECOND, OURS)),
    ("INSERT INTO sweep VALUES (?, ?)", (FIRST, THING)),
    ("INSERT INTO sweep VALUES (?, ?)", (SECOND, THING)),
    ("INSERT INTO hold VALUES (?, ?, 'asked', 30, x'06')", (FIRST, OURS)),
)


def test_this_code_wants_the_newest_revision() -> None:
    assert ScriptDirectory.from_config(migrations()).get_current_head() == schema.NEWEST


def test_a_house_of_the_version_before_is_brought_up_to_date_with_all_it_has(
    tmp_path: Path,
) -> None:
    engine, config = engine_at(tmp_path / "unhear.db"), migrations()
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for statement, values in FILLED:
            connection.exec_driver_sql(statement, values)
    engine.dispose()
    ours = HouseholdId(OURS)
    with closing(Database(tmp_path / "unhear.db")) as database:
        with database.writing() as transaction:
            done, asked = sorted(transaction.erasures(ours), key=lambda row: row.asked_day)
            assert (done.state, done.look_day, done.request) == (ErasureState.DONE, 9, THING)
            assert (asked.state, asked.sealed) == (ErasureState.ASKED, b"\x05")
            assert transaction.sweep(ours, FIRST) == transaction.sweep(ours, SECOND) == [THING]
            assert transaction.leaf_pages(ours, [0]) == {0: b"\x81" + bytes(14)}
            assert transaction.next_leaf_page() == 1
            (hold,) = transaction.holds(ours)
            assert (hold.id, hold.expires_day) == (FIRST, 30)
            kept = transaction.trace(ours, TraceId(THING))
            assert kept is not None
            assert (kept.slot, kept.words) == (7, b"\x03")
            transaction.drop_erasures(ours, but=FIRST)
            assert transaction.sweep(ours, FIRST) == [THING], "one thing that two had swept"
        assert database.problems() == []


def _keys(engine: Engine, schemas: dict[str, str | None]) -> dict[str, list[str]]:
    found = inspect(engine)
    return {
        name: found.get_pk_constraint(name, schema=within)["constrained_columns"]
        for name, within in schemas.items()
    }


@pytest.mark.parametrize("kind", [back_ends.SQLITE, back_ends.POSTGRESQL])
def test_the_key_of_what_is_a_households_begins_with_it(tmp_path: Path, kind: str) -> None:
    wanted = {table.name: [c.name for c in table.primary_key] for table in metadata.sorted_tables}
    if kind == back_ends.SQLITE:
        Database(tmp_path / "unhear.db").close()
        engine = create_engine(f"sqlite:///{tmp_path / 'unhear.db'}")
        found = _keys(engine, dict.fromkeys(wanted))
        assert found.pop("trace") == ["slot"], "which there is the row's own place"
        wanted.pop("trace")
    else:
        address, shard = back_ends.shards().server.address, back_ends.shards().next()
        PostgresDatabase(address, shard).close()
        engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
        schemas: dict[str, str | None] = dict.fromkeys(wanted, f"unhear_{shard}")
        found = _keys(engine, schemas | dict.fromkeys(KEYRING, f"unhear_{shard}_keyring"))
    engine.dispose()
    assert found == wanted
    households = {name for name, key in wanted.items() if key[0] == "household"}
    assert households >= {"erasure", "sweep", "hold", "leaf_page"}
