"""The published log over HTTP, read as a stranger would."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.prove.memory import SIGNER, MemoryLog
from tests.web.servers import served
from unhear.prove.ledger import Ledger
from unhear.prove.merkle import completed_by, leaf_hash, node_hash, root
from unhear.prove.notes import Checkpoint, Note, verify_note
from unhear.prove.tiles import tile_path
from unhear.stores.log_files import LogFolder
from unhear.web.log import log_app

SIZES = (1, 3, 255, 256, 257, 600)


@pytest.fixture(scope="module")
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture(scope="module")
def url(log: MemoryLog, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = LogFolder(tmp_path_factory.mktemp("house") / "ledger")
    for size in SIZES:
        for number in range(log.ledger_size(), size):
            data = b"entry %d" % number * (number % 7)
            log.append_leaf(number, data, completed_by(number, data, log.ledger_node))
        Ledger(SIGNER, folder).publish(log)
    with served(log_app(folder)) as address:
        yield address


class Reader:
    """Reads the log of one size from its URL alone."""

    def __init__(self, url: str, size: int) -> None:
        self._url, self._size = url, size

    def tile(self, level: str, tile: int, width: int) -> bytes:
        answer = httpx2.get(f"{self._url}/{tile_path(level, tile, width)}")
        assert answer.status_code == 200, answer.url
        assert answer.headers["content-type"] == "application/octet-stream"
        assert "immutable" in answer.headers["cache-control"]
        return answer.content

    def node(self, level: int, index: int) -> bytes:
        if level % 8:
            return node_hash(self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1))
        tile, place = divmod(index, 256)
        width = min(256, (self._size >> level) - tile * 256)
        content = self.tile(str(level // 8), tile, width)
        assert len(content) == 32 * width
        return content[32 * place : 32 * place + 32]

    def entries(self) -> Iterator[bytes]:
        for first in range(0, self._size, 256):
            bundle = self.tile("entries", first // 256, min(256, self._size - first))
            while bundle:
                length = int.from_bytes(bundle[:2])
                yield bundle[2 : 2 + length]
                bundle = bundle[2 + length :]


def test_the_checkpoint_is_not_to_be_cached(url: str, log: MemoryLog) -> None:
    answer = httpx2.get(f"{url}/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    note = Note.parse(answer.text)
    assert SIGNER.verifier in verify_note(note, [SIGNER.verifier])
    assert Checkpoint.parse(note.text).root == root(SIZES[-1], log.ledger_node)


@pytest.mark.parametrize("size", [1, 3, 255, 256, 257, 300, 600])
def test_a_log_of_any_size_so_far_is_read(url: str, log: MemoryLog, size: int) -> None:
    """Also of sizes whose partial tiles are no longer, or never were, on the disk."""
    reader = Reader(url, size)
    assert list(reader.entries()) == log.leaves[:size]
    last = (size - 1) // 256
    assert reader.node(0, size - 1) == leaf_hash(log.leaves[size - 1])
    hashes = reader.tile("0", last, size - 256 * last)
    assert hashes == b"".join(leaf_hash(leaf) for leaf in log.leaves[256 * last : size])
    if size in (3, 257):
        assert root(size, reader.node) == root(size, log.ledger_node)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0",
        "tile/0/002",
        "tile/0/002.p/89",
        "tile/0/003.p/1",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/00/000",
        "tile/64/000",
        "tile/0/x000/000",
        "tile/0/0000",
        "tile/0/..%2f..%2fcheckpoint",
        "tile/%2e%2e%2fcheckpoint",
        "tile/entries/%2e%2e",
        "tile/more/000",
        "..%2flog.key",
        "log-keys.json",
        "ledger.lock",
    ],
)
def test_nothing_else_is_served(url: str, path: str) -> None:
    assert httpx2.get(f"{url}/{path}").status_code == 404


def test_only_reading_is_allowed(url: str) -> None:
    assert httpx2.post(f"{url}/checkpoint").status_code == 405
    assert httpx2.head(f"{url}/checkpoint").status_code == 200


def test_the_key_s_successors_are_served_beside_it(tmp_path: Path) -> None:
    folder = LogFolder(tmp_path / "ledger")
    folder.publish("log-keys.json", b"{}\n")
    with served(log_app(folder)) as url:
        answer = httpx2.get(f"{url}/log-keys.json")
        assert answer.headers["content-type"] == "application/json"
        assert answer.content == b"{}\n"
        assert httpx2.get(f"{url}/checkpoint").status_code == 404
