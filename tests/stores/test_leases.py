"""One process has a lease at a time, and death ends it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from unhear.stores.errors import StoreUnwritable
from unhear.stores.leases import FileLeases

HOLDER = """
import sys
from pathlib import Path
from unhear.stores.leases import FileLeases
leases = FileLeases(Path(sys.argv[1]))
print([leases.take(name) for name in sys.argv[2:]], flush=True)
sys.stdin.read()
"""


@contextmanager
def holder(folder: Path, *names: str) -> Iterator["subprocess.Popen[str]"]:
    """Another process that takes leases until it is ended."""
    command = [sys.executable, "-c", HOLDER, str(folder), *names]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == str([True for _ in names])
        try:
            yield process
        finally:
            process.kill()


def test_what_one_process_has_no_other_gets_until_it_dies(tmp_path: Path) -> None:
    ours = FileLeases(tmp_path / "leases")
    with holder(tmp_path / "leases", "kitchen", "hall") as other:
        assert not ours.take("kitchen")
        assert ours.taken("hall")
        assert not ours.has("hall")
        assert ours.take("attic")
        assert ours.taken("attic")
        other.kill()
        other.wait()
        assert not ours.taken("kitchen")
        assert ours.take("kitchen")
        assert ours.has("kitchen")


def test_a_lease_is_had_twice_by_nobody_not_even_by_two_within_a_process(tmp_path: Path) -> None:
    one, two = FileLeases(tmp_path), FileLeases(tmp_path)
    assert one.take("kitchen")
    assert one.take("kitchen"), "it is had already"
    assert not two.take("kitchen")
    assert two.taken("kitchen")
    one.release("kitchen")
    one.release("kitchen")
    assert two.take("kitchen")
    two.close()
    assert one.take("kitchen")


def test_names_that_are_no_file_names_are_leases_like_any(tmp_path: Path) -> None:
    leases = FileLeases(tmp_path)
    assert leases.take("../../kitchen")
    assert leases.take("satellite/" + "ü" * 500)
    assert all(path.parent == tmp_path for path in tmp_path.rglob("*"))


def test_where_no_lease_can_be_kept_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnwritable, match="no lease can be had in"):
        FileLeases(tmp_path / "file").take("kitchen")
