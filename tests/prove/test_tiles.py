"""The published files hold the whole log, and a reader of files alone gets the same root."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.prove.memory import SIGNER, Files, MemoryLog
from unhear.prove.ledger import Ledger
from unhear.prove.merkle import (
    completed_by,
    consistency_proof,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
)
from unhear.prove.notes import Checkpoint, Note, verify_note
from unhear.prove.tiles import tile_path, tiles


def _grow(log: MemoryLog, to: int) -> None:
    for number in range(log.ledger_size(), to):
        data = b"entry %d" % number
        log.append_leaf(number, data, completed_by(number, data, log.ledger_node))


class Reader:
    """Answers nodes from tiles alone, as a stranger would who has only the files."""

    def __init__(self, files: dict[str, bytes], size: int) -> None:
        self._files = files
        self._size = size

    def node(self, level: int, index: int) -> bytes:
        if level % 8:
            return node_hash(self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1))
        tile, place = divmod(index, 256)
        width = min(256, (self._size >> level) - tile * 256)
        content = self._files[tile_path(str(level // 8), tile, width)]
        assert len(content) == 32 * width
        return content[32 * place : 32 * place + 32]

    def entries(self) -> list[bytes]:
        found = []
        for first in range(0, self._size, 256):
            width = min(256, self._size - first)
            bundle = self._files[tile_path("entries", first // 256, width)]
            while bundle:
                length = int.from_bytes(bundle[:2])
                found.append(bundle[2 : 2 + length])
                bundle = bundle[2 + length :]
        return found


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=4))
def test_a_reader_of_the_files_gets_every_leaf_and_the_root(growth: list[int]) -> None:
    log, files, size = MemoryLog(), Files(), 0
    for more in growth:
        old, size = size, size + more
        _grow(log, size)
        for path, content in tiles(log, old, size):
            files.publish(path, content)
        reader = Reader(files.content, size)
        assert reader.entries() == log.leaves
        assert [leaf_hash(leaf) for leaf in log.leaves] == [reader.node(0, n) for n in range(size)]
        assert root(size, reader.node) == root(size, log.ledger_node)
        if old:
            verify_consistency(
                old=old,
                size=size,
                proof=consistency_proof(old, size, reader.node),
                old_root=root(old, log.ledger_node),
                root_hash=root(size, log.ledger_node),
            )


def test_the_specification_s_example_of_tiles() -> None:
    log = MemoryLog()
    _grow(log, 70_000)
    found = dict(tiles(log, 0, 70_000))
    full = [path for path in found if path.startswith("tile/0/") and ".p/" not in path]
    assert len(full) == 273
    partial = {path: len(content) // 32 for path, content in found.items() if ".p/" in path}
    del partial["tile/entries/273.p/112"]
    assert partial == {
        "tile/0/273.p/112": 112,
        "tile/1/001.p/17": 17,
        "tile/2/000.p/1": 1,
    }
    assert "tile/1/000" in found


def test_a_full_tile_brings_one_hash_to_the_level_above() -> None:
    log = MemoryLog()
    _grow(log, 256)
    assert set(dict(tiles(log, 0, 256))) == {"tile/0/000", "tile/entries/000", "tile/1/000.p/1"}
    assert list(tiles(log, 256, 256)) == []


@pytest.mark.parametrize(
    ("index", "path"),
    [(0, "000"), (999, "999"), (1000, "x001/000"), (1234067, "x001/x234/067")],
)
def test_paths_are_in_groups_of_three_digits(index: int, path: str) -> None:
    assert tile_path("0", index, 256) == f"tile/0/{path}"
    assert tile_path("entries", index, 3) == f"tile/entries/{path}.p/3"


def test_the_checkpoint_is_published_last_and_signed() -> None:
    log, files = MemoryLog(), Files()
    ledger = Ledger(SIGNER, files)
    for size in (3, 3, 300):
        _grow(log, size)
        files.order.clear()
        published = ledger.published(log)
        ledger.publish(log)
        same = published is not None and published.size == size
        assert files.order[-1:] == ([] if same else ["checkpoint"])
        note = Note.parse(files.content["checkpoint"].decode())
        assert SIGNER.verifier in verify_note(note, [SIGNER.verifier])
        whole = root(size, log.ledger_node)
        assert Checkpoint.parse(note.text) == Checkpoint(SIGNER.name, size, whole)
