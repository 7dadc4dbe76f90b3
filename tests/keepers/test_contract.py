"""What every root keeper promises, alone and in any combination."""

import hashlib
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.keepers.conftest import NewShelf, Shelf
from unhear.clock import random_bytes
from unhear.forget.errors import KeeperFailed, RootGone

PATTERNS = [
    pytest.param("FILE", id="file"),
    pytest.param("TOKEN", id="pkcs11", marks=pytest.mark.tools),
    pytest.param("TPM", id="tpm2", marks=pytest.mark.tools),
    pytest.param("split:[FILE][TOKEN]", id="split", marks=pytest.mark.tools),
    pytest.param("mirror:[FILE][TPM]", id="mirror", marks=pytest.mark.tools),
    pytest.param("split:[mirror:[FILE][FILE]][FILE]", id="split-of-mirror"),
    pytest.param(
        "mirror:[split:[TPM][FILE]][split:[TOKEN][FILE]]",
        id="mirror-of-splits",
        marks=pytest.mark.tools,
    ),
]
every_keeper = pytest.mark.parametrize("pattern", PATTERNS)


@pytest.fixture
def shelf(new_shelf: NewShelf, pattern: str) -> Shelf:
    return new_shelf(pattern)


@every_keeper
def test_a_root_is_held_until_it_is_destroyed(shelf: Shelf) -> None:
    keeper = shelf.open()
    first, second = random_bytes(16), random_bytes(16)
    one, other = random_bytes(32), random_bytes(32)
    assert set(keeper.ids()) == set()
    keeper.put(first, one)
    keeper.put(second, other)
    assert set(keeper.ids()) == {first, second}
    assert (keeper.get(first), keeper.get(second)) == (one, other)
    keeper.destroy(first)
    keeper.destroy(first)
    assert set(keeper.ids()) == {second}
    with pytest.raises(RootGone, match=first.hex()):
        keeper.get(first)
    assert keeper.get(second) == other


@every_keeper
def test_an_id_is_used_once(shelf: Shelf) -> None:
    keeper, root_id, root = shelf.open(), random_bytes(16), random_bytes(32)
    keeper.put(root_id, root)
    with pytest.raises(KeeperFailed):
        keeper.put(root_id, random_bytes(32))
    assert keeper.get(root_id) == root


@every_keeper
def test_what_one_process_does_another_sees(shelf: Shelf) -> None:
    one, other = shelf.open(), shelf.open()
    root_id, next_id = random_bytes(16), random_bytes(16)
    one.put(root_id, bytes(range(32)))
    assert other.get(root_id) == bytes(range(32))
    other.destroy(root_id)
    other.put(next_id, bytes(32))
    with pytest.raises(RootGone):
        one.get(root_id)
    one.destroy(root_id)
    assert set(one.ids()) == {next_id}


@every_keeper
def test_it_says_what_it_is(shelf: Shelf) -> None:
    keeper = shelf.open()
    assert keeper.kind
    assert keeper.grade[:3] in {"A: ", "B: ", "C: "}
    assert keeper.limits
    assert len(set(keeper.limits)) == len(keeper.limits)


@every_keeper
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.tuples(st.sampled_from("pdrg"), st.integers(0, 2)), max_size=14))
def test_it_is_a_plain_table(
    new_shelf: NewShelf, pattern: str, steps: list[tuple[str, int]]
) -> None:
    """Any order of putting, destroying, reopening and getting does what a dict would do."""
    shelf = new_shelf(pattern)
    keeper = shelf.open()
    table: dict[bytes, bytes] = {}
    for step, number in steps:
        root_id = bytes([number]) * 16
        if step == "p" and root_id not in table:
            table[root_id] = random_bytes(32)
            keeper.put(root_id, table[root_id])
        elif step == "d":
            keeper.destroy(root_id)
            table.pop(root_id, None)
        elif step == "r":
            keeper = shelf.open()
        elif root_id in table:
            assert keeper.get(root_id) == table[root_id]
        else:
            with pytest.raises(RootGone):
                keeper.get(root_id)
        assert set(keeper.ids()) == set(table)
    for root_id in table:
        keeper.destroy(root_id)


@every_keeper
def test_killed_while_it_works(shelf: Shelf) -> None:
    """What was promised is there, what was destroyed is gone, and nothing is half a root."""
    shelf.open()
    rng = random.Random(11)  # noqa: S311 - moments of death need no secrecy
    for _ in range(3):
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.keepers.worker", shelf.spec, str(shelf.house)],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert worker.stdout is not None
        said = [worker.stdout.readline() for _ in range(rng.randint(3, 14))]
        worker.kill()
        said += worker.stdout.readlines()
        worker.stdout.close()
        worker.wait()
        lines = [line.split() for line in said if line.endswith("\n")]
        held = {line[1] for line in lines if line[0] == "put"}
        begun = {line[1] for line in lines if line[0] == "destroying"}
        gone = {line[1] for line in lines if line[0] == "destroyed"}
        keeper = shelf.open()
        found = {root_id.hex() for root_id in keeper.ids()}
        assert len(held - begun) >= 1
        assert held - begun <= found
        assert not gone & found
        for root_id in found:
            try:
                root = keeper.get(bytes.fromhex(root_id))
            except RootGone:
                assert root_id not in held - begun
            else:
                assert root == hashlib.sha256(bytes.fromhex(root_id)).digest() or root_id in begun
            keeper.destroy(bytes.fromhex(root_id))
        assert set(keeper.ids()) == set()


@every_keeper
def test_the_bytes_of_a_destroyed_root_are_in_no_file(shelf: Shelf) -> None:
    keeper, root_id, root = shelf.open(), random_bytes(16), random_bytes(32)
    keeper.put(root_id, root)
    assert keeper.get(root_id) == root
    keeper.destroy(root_id)
    for folder in shelf.folders:
        for path in folder.rglob("*"):
            assert not path.is_file() or root not in path.read_bytes(), path
