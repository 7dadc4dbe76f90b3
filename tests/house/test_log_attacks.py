"""Somebody changes the log's rows or files; the house says so in words, and mends what it can."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.home import PASSPHRASE, PLAN
from tests.prove.memory import signer
from unhear.house.audit import audit
from unhear.house.house import House
from unhear.house.setup import set_up
from unhear.household.scope import Scope
from unhear.household.words import DeviceId
from unhear.prove.errors import ProofWrong
from unhear.prove.merkle import completed_by
from unhear.prove.notes import Checkpoint, KeyKind, Note
from unhear.settings import Settings
from unhear.stores.errors import StoreDamaged

ENTRIES = 9


@pytest.fixture
def house(tmp_path: Path) -> House:
    settings = Settings(house=tmp_path / "house")
    set_up(settings, PLAN, PASSPHRASE)
    found = House(settings)
    for number in range(ENTRIES):
        scope = Scope(device=DeviceId(f"device {number}"))
        found.forgetter.forget(found.household.id, scope)
    found.ledger.wait()
    found.close()
    again = House(settings)
    again.ledger.wait()  # what it publishes at its opening must not mend what a test breaks
    return again


def _said(house: House) -> str:
    finding = next(finding for finding in audit(house) if finding.check == "ledger")
    return "" if finding.ok else finding.seen


def _sql(house: House, *statements: tuple[str, tuple[object, ...]]) -> None:
    connection = sqlite3.connect(house.settings.database_file)
    with connection:
        for statement, values in statements:
            connection.execute(statement, values)
    connection.close()


def _change_leaf(house: House) -> None:
    _sql(house, ("UPDATE ledger_leaf SET data = ? WHERE leaf_index = 4", (b"other",)))


def _take_leaf_out(house: House) -> None:
    _sql(house, ("DELETE FROM ledger_leaf WHERE leaf_index = 4", ()))


def _cut(house: House) -> None:
    _sql(house, ("DELETE FROM ledger_leaf WHERE leaf_index >= 5", ()))


def _take_hashes_out(house: House) -> None:
    _sql(house, ("DELETE FROM ledger_node WHERE level = 3", ()))


def _change_hashes(house: House) -> None:
    _sql(house, ("UPDATE ledger_node SET hash = ? WHERE level = 0", (bytes(32),)))


def _rewrite(house: House) -> None:
    """Change one leaf, and every hash that follows from it, as a careful attacker would."""
    with house.database.reading() as transaction:
        leaves = list(transaction.ledger_leaves(0, transaction.ledger_size()))
    leaves[4] = leaves[4].replace(b'"kind"', b'"Kind"')
    nodes: dict[tuple[int, int], bytes] = {}
    for index, leaf in enumerate(leaves):
        for level, place, value in completed_by(index, leaf, lambda *at: nodes[at]):
            nodes[level, place] = value
    _sql(
        house,
        ("UPDATE ledger_leaf SET data = ? WHERE leaf_index = 4", (leaves[4],)),
        *(
            ("UPDATE ledger_node SET hash = ? WHERE level = ? AND node_index = ?", (value, *at))
            for at, value in nodes.items()
        ),
    )


def _forge_checkpoint(house: House) -> None:
    thief = signer(house.ledger.key.name, KeyKind.ED25519, b"t" * 32)
    note = thief.sign(str(Checkpoint(thief.name, 500, bytes(32))))
    (house.settings.ledger_folder / "checkpoint").write_text(str(note))


def _change_tile(house: House) -> None:
    tile = _newest(house, "tile/entries/000.p/*")
    tile.write_bytes(tile.read_bytes().replace(b"erasure", b"Erasure"))


def _remove_tile(house: House) -> None:
    _newest(house, "tile/0/000.p/*").unlink()


def _newest(house: House, pattern: str) -> Path:
    """Answer the partial tile that the checkpoint needs; shorter ones may lie beside it."""
    return max(house.settings.ledger_folder.glob(pattern), key=lambda file: int(file.name))


def _files(house: House) -> dict[Path, bytes]:
    files = house.settings.ledger_folder.rglob("*")
    return {file: file.read_bytes() for file in files if file.is_file()}


ATTACKS: dict[str, tuple[Callable[[House], None], str]] = {
    "a leaf is changed": (_change_leaf, "does not have its hash"),
    "a leaf is taken out": (_take_leaf_out, "missing from the database"),
    "the end is cut off": (_cut, "cut short: 5 of"),
    "hashes are taken out": (_take_hashes_out, "missing from the database"),
    "hashes are changed": (_change_hashes, "does not have its hash"),
    "history is rewritten": (_rewrite, "changed since its checkpoint was published"),
    "the checkpoint is forged": (_forge_checkpoint, "no published checkpoint that is signed"),
    "a tile is changed": (_change_tile, "tile/entries/000.p/"),
    "a tile is removed": (_remove_tile, "tile/0/000.p/"),
}
MENDED = {"the checkpoint is forged", "a tile is changed", "a tile is removed"}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_said_and_files_are_mended(house: House, attack: str) -> None:
    do, expected = ATTACKS[attack]
    assert _said(house) == ""
    do(house)
    assert expected in _said(house)
    before = _files(house)
    if attack in MENDED:
        house.ledger.publish(house.database, mend=True)
        assert _said(house) == ""
        return
    with pytest.raises((ProofWrong, StoreDamaged)):
        house.ledger.publish(house.database, mend=True)
    assert _files(house) == before
    assert expected in _said(house)
    house.close()


def test_a_checkpoint_of_an_earlier_day_is_replaced_at_the_next_entry(house: House) -> None:
    file = house.settings.ledger_folder / "checkpoint"
    newest = old = file.read_text()
    for number in range(2):
        scope = Scope(device=DeviceId(f"later {number}"))
        house.forgetter.forget(house.household.id, scope)
        house.ledger.wait()
        newest = file.read_text()
        file.write_text(old)
    assert Checkpoint.parse(Note.parse(newest).text).size == ENTRIES + 5
    house.ledger.publish(house.database)
    assert file.read_text() == newest
    house.close()
