"""Killed at any step of a move: the house is in one place, whole, and the move is done again."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.copies.houses import forget, keep, kept, new_house
from tests.stores.buckets import Server, sign_in
from tests.stores.test_moving import FILES, all_receipts, at, server, silent, sounds
from unhear.house.audit import audit
from unhear.house.moving import Finished, finish, move
from unhear.prove.receipt import verify
from unhear.settings import read_settings
from unhear.stores.choose_payloads import choose_payloads
from unhear.stores.moving.journal import State, Stores, read_journal, write_journal

__all__ = ["server"]

pytestmark = [pytest.mark.tools, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
LEAVES = [("switch", 4), ("switch", 5), ("old stores", 0), ("old stores", 1)]
"""Once the old database is shut, the house is in the new one."""

TO_SERVERS, TO_A_SHARD, BACK = "to servers", "to a shard", "back from a shard"
STEPS = [
    (TO_SERVERS, ("payloads", 2)),
    (TO_SERVERS, ("switch", 4)),
    (TO_SERVERS, ("old stores", 1)),
    (TO_A_SHARD, ("rows", 1)),
    (TO_A_SHARD, ("switch", 2)),
    (BACK, ("switch", 3)),
    (BACK, ("switch", 4)),
    (BACK, ("old stores", 0)),
]

Mover = subprocess.Popen[str]


@contextmanager
def moving(bucket_server: Server | None = None) -> Iterator[Mover]:
    """Answer a process that moves houses."""
    with pytest.MonkeyPatch.context() as patch:
        if bucket_server is not None:
            sign_in(patch, bucket_server.url)
        made = subprocess.Popen(
            [sys.executable, "-m", "tests.stores.mover"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    yield made
    made.communicate()


@pytest.fixture(scope="module")
def mover(moto_server: Server) -> Iterator[Mover]:
    with moving(moto_server) as made:
        yield made


@pytest.mark.parametrize(("way", "step"), STEPS)
def test_killed_at_a_step(
    tmp_path: Path, mover: Mover, server: Stores, way: str, step: tuple[str, int]
) -> None:
    there = server if way == TO_SERVERS else replace(server, payloads=None)
    origin, goal = (there, FILES) if way == BACK else (FILES, there)
    see_it_killed(tmp_path / "house", mover, (origin, goal), step)


def test_killed_when_the_settings_were_written_and_the_journal_was_not(
    tmp_path: Path, mover: Mover, server: Stores
) -> None:
    house = new_house(tmp_path / "house")
    trace = keep(house)
    house.close()
    killed(mover, house.settings.house, server, ("switch", 5))
    journal = read_journal(house.settings.house)
    assert journal is not None
    write_journal(house.settings.house, replace(journal, state=State.SWITCHING))
    assert house.settings.database_file.exists()

    with closing(at(house)) as there:
        there.tidy()
        assert list(sounds(there)) == [trace]
    assert not house.settings.database_file.exists()
    assert not list(house.settings.data_folder.rglob("*.payload*"))
    assert finish(there.settings) is Finished.NOTHING


def see_it_killed(
    folder: Path, mover: Mover, way: tuple[Stores, Stores], step: tuple[str, int]
) -> None:
    """Kill a move from somewhere to somewhere else at a step; see that nothing is lost or left."""
    origin, goal = way
    house = new_house(folder)
    gone, going, *stay = [keep(house) for _ in range(5)]
    forget(house, gone)
    before, receipts = sounds(house), all_receipts(house)
    house.close()
    if origin != FILES:
        move(house.settings, origin, silent)

    killed(mover, folder, goal, step)

    left = step in LEAVES
    alive = at(house)
    assert Stores.of(alive.settings) == (goal if left else origin)
    assert Stores.of(read_settings(folder)) == Stores.of(alive.settings)
    assert sounds(alive) == before
    assert len(alive.keeper.ids()) == 1
    forget(alive, going)
    later = keep(alive)
    alive.close()

    told = move(alive.settings, goal, silent)

    assert told.left is None
    assert finish(read_settings(folder)) is Finished.NOTHING
    after = at(house)
    assert Stores.of(after.settings) == goal
    assert kept(after) == {*stay, later}
    assert {trace: sounds(after)[trace] for trace in stay} == {t: before[t] for t in stay}
    for receipt in (*receipts, *all_receipts(after)):
        verify(receipt, after.ledger.key)
    assert [one.seen for one in audit(after) if not one.ok] == []
    journal = read_journal(folder)
    assert journal is not None
    assert journal.state is State.DONE
    after.close()
    for place in {origin.payloads, goal.payloads}:
        there = choose_payloads(place, house.settings.payload_folder)
        names = {trace for trace, _ in there.all(house.household.id)}
        assert names == ({*stay, later} if place == goal.payloads else set())
    assert house.settings.database_file.exists() is (goal.database is None)


def killed(mover: Mover, house: Path, goal: Stores, step: tuple[str, int]) -> None:
    """Let a move begin, and kill it at that step."""
    assert mover.stdin is not None
    assert mover.stdout is not None
    wanted = {"house": str(house), "goal": asdict(goal), "step": list(step)}
    mover.stdin.write(json.dumps(wanted) + "\n")
    mover.stdin.flush()
    assert int(mover.stdout.readline()) == -signal.SIGKILL
