"""Four processes keep, forget, sweep and back up at once, and are killed at random moments.

Afterwards nothing that was kept is lost, nothing that was forgotten is there or can be opened with
anything in any backup, and the log is one history.
"""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread, Timer
from typing import IO

import pytest

from tests.copies.houses import kept, new_house
from unhear.forget.errors import RootGone
from unhear.forget.kept_receipts import receipts
from unhear.forget.roots import open_tree
from unhear.forget.snapshot import snapshot
from unhear.house.audit import audit
from unhear.house.backup import backups
from unhear.house.house import House
from unhear.prove.merkle import root
from unhear.prove.notes import Checkpoint
from unhear.prove.receipt import verify
from unhear.settings import Settings
from unhear.stores.copies.assembly import assemble
from unhear.stores.copies.target import Target
from unhear.stores.database import Database

WORKERS = 4
SAID_MAX = 6
"""A worker lives until it has said so many things at most."""

LIFE_MAX = 0.4
"""Or for so many seconds, so that it dies at any step."""


@dataclass
class Story:
    """What all workers said of what they were about to do, and had done."""

    promised: set[str] = field(default_factory=set)
    may_go: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)


@contextmanager
def nursery(house: Path, journal: Path, seed: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.disasters.nursery", str(house), str(journal), str(seed)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def kill_some(process: subprocess.Popen[str], times: int, seed: int, ends: list[int]) -> None:
    """Let workers live for a moment each, and kill them."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated
    into, out = _pipes(process)
    for _ in range(times):
        into.write("another\n")
        worker, left = int(out.readline()), chance.randint(1, SAID_MAX)
        end = Timer(chance.uniform(0, LIFE_MAX), kill, [worker])
        end.start()
        for line in out:
            if line.startswith("ended"):
                ends.append(int(line.split()[1]))
                break
            left -= 1
            if left <= 0:
                kill(worker)
        end.cancel()


def kill(worker: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(worker, signal.SIGKILL)


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def read_story(folder: Path) -> Story:
    story, rooms = Story(), dict[str, str]()
    lines = [line for file in folder.glob("*.journal") for line in file.read_text().splitlines()]
    said = [(what, traces.split()) for what, _, traces in (line.partition(": ") for line in lines)]
    for what, traces in said:
        if what == "kept":
            story.promised.update(traces)
        elif what.startswith("keeping"):
            rooms.update(dict.fromkeys(traces, what.split()[1]))
            story.may_go.update(traces if "short" in what else ())
        elif what == "forgot":
            story.gone.update(traces)
        else:
            story.may_go.update(traces)
            if what.startswith("emptying"):  # whatever was heard before, seen or not
                story.may_go.update(t for t, room in rooms.items() if room == what.split()[1])
    return story


def run(tmp_path: Path, kills: int) -> None:
    folder = tmp_path / "house"
    new_house(folder).close()
    ends: list[int] = []
    with ExitStack() as stack:
        threads = []
        for number in range(WORKERS):
            journal = tmp_path / f"{number}.journal"
            process = stack.enter_context(nursery(folder, journal, seed=number * 10_000))
            arguments = (process, kills // WORKERS, number, ends)
            threads.append(Thread(target=kill_some, args=arguments))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert ends == [-signal.SIGKILL] * (kills // WORKERS * WORKERS)
    house = House(Settings(house=folder))
    story = read_story(tmp_path)
    house.tidy()
    there = {trace.hex() for trace in kept(house)}
    assert story.promised, "the workers lived too short to do anything"
    assert story.promised - story.may_go - story.gone <= there
    assert not story.gone & there
    for trace in kept(house):
        assert house.catalogue.sealed(trace).sound
    house.ledger.wait()
    assert [f"{one.check}: {one.seen}" for one in audit(house) if not one.ok] == []
    look_at_the_log(house)
    look_at_backups(house, Target(str(tmp_path / "copies")), story, tmp_path)
    house.close()


def look_at_the_log(house: House) -> None:
    """Every receipt verifies, and every checkpoint ever signed is of this history."""
    found = snapshot(
        house.database, house.keeper, lambda tx, tree: receipts(tx, tree, house.household.id)
    )
    with house.database.reading() as transaction:
        for receipt in found:
            verdict = verify(receipt, house.ledger.key)
            checkpoint: Checkpoint = verdict.inclusion.checkpoint
            assert root(checkpoint.size, transaction.ledger_node) == checkpoint.root


def look_at_backups(house: House, target: Target, story: Story, folder: Path) -> None:
    """No backup that opens with what the keeper has today holds anything forgotten."""
    for number, made in enumerate(backups(target)[-10:]):
        file = folder / f"backup-{number}.db"
        assemble(target, made.generation, made.pieces, file)
        database = Database(file)
        with database.reading() as transaction:
            try:
                open_tree(transaction, house.keeper)
            except RootGone:
                continue
            ids = {row.id.hex() for row in transaction.traces(house.household.id, ["recording"])}  # type: ignore[list-item]
            assert not ids & story.gone
        database.close()


def test_killed_at_random_moments(tmp_path: Path) -> None:
    run(tmp_path, kills=40)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_killed_a_thousand_times(tmp_path: Path) -> None:
    run(tmp_path, kills=1000)
