"""One process has a lease at a time, and death ends it: by locked files, and on a server."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.back_ends import shards
from unhear.clock import random_bytes
from unhear.house.leases import Leases
from unhear.stores.errors import StoreUnwritable
from unhear.stores.leases import FileLeases
from unhear.stores.postgres_leases import PostgresLeases

HOLDER = """
import sys
from pathlib import Path
from unhear.stores.leases import FileLeases
from unhear.stores.postgres_leases import PostgresLeases
place, house, *names = sys.argv[1:]
leases = PostgresLeases(place, house) if house else FileLeases(Path(place))
print([leases.take(name) for name in names], flush=True)
sys.stdin.read()
print([leases.has(name) for name in names], flush=True)
"""


class Place:
    """Where a house's leases are kept."""

    def __init__(self, place: str, house: str) -> None:
        self.place, self.house = place, house

    def open(self) -> Leases:
        if self.house:
            return PostgresLeases(self.place, self.house)
        return FileLeases(Path(self.place))

    @contextmanager
    def holder(self, *names: str) -> Iterator["subprocess.Popen[str]"]:
        """Another process that takes leases until it is ended."""
        command = [sys.executable, "-c", HOLDER, self.place, self.house, *names]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == str([True for _ in names])
            try:
                yield process
            finally:
                process.kill()


@pytest.fixture(params=["files", "PostgreSQL"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "files":
        return Place(str(tmp_path / "leases"), "")
    return Place(shards().server.address, random_bytes(8).hex())


def until(what: Callable[[], bool]) -> None:
    """Wait for what comes by itself; the test's own limit ends it."""
    while not what():
        pass


def test_what_one_process_has_no_other_gets_until_it_dies(place: Place) -> None:
    ours = place.open()
    with place.holder("kitchen", "hall") as other:
        assert not ours.take("kitchen")
        assert ours.taken("hall")
        assert not ours.has("hall")
        assert ours.take("attic")
        assert ours.taken("attic")
        other.kill()
        other.wait()
        until(lambda: not ours.taken("kitchen"))
        assert ours.take("kitchen")
        assert ours.has("kitchen")
    ours.close()


def test_a_lease_is_had_twice_by_nobody_not_even_by_two_within_a_process(place: Place) -> None:
    one, two = place.open(), place.open()
    assert one.take("kitchen")
    assert one.take("kitchen"), "it is had already"
    assert not two.take("kitchen")
    assert two.taken("kitchen")
    one.release("kitchen")
    one.release("kitchen")
    assert two.take("kitchen")
    two.close()
    until(lambda: one.take("kitchen"))
    one.close()


def test_names_that_are_no_file_names_are_leases_like_any(place: Place, tmp_path: Path) -> None:
    leases = place.open()
    assert leases.take("../../kitchen")
    assert leases.take("satellite/" + "ü" * 500)
    assert {path.parent for path in tmp_path.rglob("*.lock")} <= {tmp_path / "leases"}
    leases.close()


def test_where_no_lease_can_be_kept_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnwritable, match="no lease can be had in"):
        FileLeases(tmp_path / "file").take("kitchen")


def test_two_houses_on_one_server_never_meet() -> None:
    address, house = shards().server.address, random_bytes(8).hex()
    one, two = PostgresLeases(address, f"main {house}"), PostgresLeases(address, f"other {house}")
    assert one.take("kitchen")
    assert two.take("kitchen")
    one.close()
    two.close()


def test_who_lost_the_server_has_nothing_and_says_that_others_may() -> None:
    """The server ends the session as when it fails over: what was had is anybody's."""
    place = Place(shards().server.address, random_bytes(8).hex())
    ours = place.open()
    assert ours.take("kitchen")
    shards().server.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
    )
    until(lambda: not ours.has("kitchen"))
    with place.holder("kitchen") as other:
        assert not ours.take("kitchen")
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdin.close()
        assert other.stdout.readline().strip() == "[True]"
    until(lambda: ours.take("kitchen"))
    ours.close()


def test_while_the_server_is_away_nobody_has_anything(tmp_path: Path) -> None:
    away = PostgresLeases(f"postgresql://nobody@/none?host={tmp_path}", "house")
    assert not away.take("kitchen")
    assert not away.has("kitchen")
    assert away.taken("kitchen"), "nobody can know"
    away.release("kitchen")
    away.close()
