"""Killed at any step or moment: nothing kept is lost, nothing forgotten comes back."""

import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.disasters.worker import NOT_ACCEPTED, STEPS
from tests.home import PASSPHRASE, SOUND, Home, SetClock
from unhear.clock import now
from unhear.forget import kept_receipts
from unhear.forget.errors import NoSuchTrace
from unhear.forget.roots import open_tree
from unhear.forget.snapshot import snapshot
from unhear.household.words import TraceId
from unhear.keep import age
from unhear.learn.standing import standings
from unhear.prove.receipt import verify

ROOT = Path(__file__).parents[2]


def _worker(house: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.disasters.worker", str(house), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def _opens(home: Home, trace: TraceId) -> bool:
    identity = home.identity.open_with_passphrase(PASSPHRASE)
    try:
        return bool(age.decrypt(home.catalogue.sealed(trace).sound, [identity]))
    except NoSuchTrace:
        return False


def _check_whole(home: Home) -> None:
    """One root, every row opens, every payload has its row, and every receipt verifies."""
    assert len(home.roots.ids()) == 1
    rows = {recording.id for recording in home.catalogue.recordings()}
    assert rows <= {trace for trace, _ in home.blobs.all(home.id)}
    assert all(_opens(home, trace) for trace in rows)
    assert _taught_by(home) <= len(rows)
    with home.db.reading() as transaction:
        assert list(transaction.queued_roots()) == []
        tree = open_tree(transaction, home.roots)
        for receipt in kept_receipts.receipts(transaction, tree, home.id):
            verify(receipt, home.ledger.key)


def _taught_by(home: Home) -> int:
    """Answer how many recordings taught what is learned, which is what they alone make."""
    found = snapshot(home.db, home.roots, lambda tx, tree: standings(tx, tree, home.id))
    assert all(one.is_proved for one in found)
    return sum(one.recordings for one in found)


@pytest.mark.parametrize(("way", "step"), [(way, step) for way in STEPS for step in STEPS[way]])
def test_killed_at_a_named_step(home: Home, way: str, step: str) -> None:
    gone, *stay = [home.learn(of=home.keep()) for _ in range(3)]
    worker = _worker(home.settings.house, "die", way, step, gone.hex())
    said, _ = worker.communicate(timeout=60)
    assert (worker.returncode, said) == (-signal.SIGKILL, "")

    again = Home(home.settings)
    receipts = again.forgetter.resume(again.id)

    accepted = step not in NOT_ACCEPTED[way]
    assert _opens(again, gone) is not accepted
    assert again.blobs.has(again.id, gone) is not accepted
    assert len(receipts) == (accepted and step != "after the attestation")
    assert all(_opens(again, trace) for trace in stay)
    assert (
        age.decrypt(
            again.catalogue.sealed(stay[0]).sound,
            [again.identity.open_with_passphrase(PASSPHRASE)],
        )
        == SOUND
    )
    _check_whole(again)
    assert _taught_by(again) == len(stay) + (not accepted)


def _live_and_kill(home: Home, lines: int, seed: int) -> tuple[set[str], set[str], set[str]]:
    """Let four processes say `lines` lines, kill them; answer what was kept, asked, forgotten."""
    workers = [_worker(home.settings.house, "live", str(seed + n)) for n in range(4)]
    said: list[str] = []
    readers = [
        threading.Thread(target=said.extend, args=(worker.stdout or [],)) for worker in workers
    ]
    for reader in readers:
        reader.start()
    while len(said) < lines:
        threading.Event().wait(0.005)
    for worker in workers:
        worker.kill()
    for worker, reader in zip(workers, readers, strict=True):
        worker.wait()
        reader.join()
        if worker.stdout:
            worker.stdout.close()
    words = [line.split() for line in said]
    assert [line for line in words if line[0] == "lost"] == []
    kinds = ("kept", "asked", "forgot")
    kept, asked, forgot = ({w[1] for w in words if w[0] == kind} for kind in kinds)
    return kept, asked, forgot


def _killed_over_and_over(home: Home, rounds: int) -> None:
    rng = random.Random(7)  # noqa: S311 - moments of death need no secrecy
    kept: set[str] = set()
    asked: set[str] = set()
    forgot: set[str] = set()
    for number in range(rounds):
        more = _live_and_kill(home, rng.randint(30, 90), seed=number * 10)
        kept, asked, forgot = kept | more[0], asked | more[1], forgot | more[2]
        again = Home(home.settings, clock=SetClock(now()))
        again.forgetter.resume(again.id)
        there = {recording.id.hex() for recording in again.catalogue.recordings()}
        assert kept - asked - there == set()
        assert forgot & there == set()
        _check_whole(again)
        again.db.close()
    assert len(forgot) > rounds


def test_killed_at_random_moments_while_four_processes_work(home: Home) -> None:
    _killed_over_and_over(home, rounds=2)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_killed_at_very_many_random_moments(home: Home) -> None:
    _killed_over_and_over(home, rounds=25)
