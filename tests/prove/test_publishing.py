"""What is published only ever grows, whatever happens to the files, the database or the process."""

import copy
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.home import Home
from tests.prove.memory import SIGNER, Files, MemoryLog, signer
from unhear.household.scope import Scope
from unhear.prove.errors import LogForked
from unhear.prove.ledger import Ledger
from unhear.prove.log import LedgerStore
from unhear.prove.merkle import completed_by, root
from unhear.prove.notes import Checkpoint, KeyKind, Note
from unhear.prove.soon import Soon
from unhear.settings import Settings
from unhear.stores.choose_database import open_database
from unhear.stores.log_files import LogFolder, open_ledger

STRANGER = signer(SIGNER.name, KeyKind.ED25519, b"x" * 32)
PROCESSES, ENTRIES_EACH = 3, 12


def _grow(log: MemoryLog, more: int, kind: str = "entry") -> MemoryLog:
    for number in range(log.ledger_size(), log.ledger_size() + more):
        data = f"{kind} {number}".encode()
        log.append_leaf(number, data, completed_by(number, data, log.ledger_node))
    return log


@pytest.mark.parametrize(
    "entries", [2, 5], ids=["the database was cut short", "it grew again, differently"]
)
def test_a_rolled_back_database_is_never_published_over_what_was(entries: int) -> None:
    files = Files()
    ledger = Ledger(SIGNER, files)
    ledger.publish(_grow(MemoryLog(), 4))
    before = dict(files.content)
    rolled_back = _grow(_grow(MemoryLog(), 2), entries - 2, kind="other")
    with pytest.raises(LogForked):
        ledger.publish(rolled_back)
    assert files.content == before


def test_a_checkpoint_that_the_log_did_not_sign_is_replaced() -> None:
    log, files = _grow(MemoryLog(), 4), Files()
    for forged in (
        b"\xff",
        b"no note\n",
        str(STRANGER.sign(str(Checkpoint(SIGNER.name, 9, bytes(32))))).encode(),
    ):
        files.content["checkpoint"] = forged
        Ledger(SIGNER, files).publish(log)
        assert files.checkpoint() == Checkpoint(SIGNER.name, 4, root(4, log.ledger_node))


def test_partial_tiles_of_the_last_two_checkpoints_stay(tmp_path: Path) -> None:
    log, folder = MemoryLog(), LogFolder(tmp_path / "log")
    for more in (100, 100, 50, 10, 1, 300):
        Ledger(SIGNER, folder).publish(_grow(log, more))
    found = {str(path.relative_to(tmp_path / "log")) for path in tmp_path.rglob("*.p/*")}
    assert found == {
        *(f"tile/{level}/001.p/5" for level in ("0", "entries")),
        *(f"tile/{level}/002.p/49" for level in ("0", "entries")),
        "tile/1/000.p/1",
        "tile/1/000.p/2",
    }


def test_changed_and_missing_files_are_found_and_mended(tmp_path: Path) -> None:
    log, folder = _grow(MemoryLog(), 300), tmp_path / "log"
    ledger = Ledger(SIGNER, LogFolder(folder))
    ledger.publish(log)
    sound = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    changed, missing = folder / "tile/0/000", folder / "tile/entries/001.p/44"
    changed.write_bytes(b"\0" * 8192)
    missing.unlink()
    wrong = ["tile/0/000", "tile/entries/001.p/44"]
    assert ledger.wrong_files(log) == wrong
    ledger.publish(log)
    assert ledger.wrong_files(log) == wrong, "only mending reads what was published before"
    assert ledger.publish(log, mend=True) == wrong
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == sound


def _publish_often(house: Path, seed: int) -> None:
    settings = Settings(house=house)
    database, ledger = open_database(settings), open_ledger_of(settings)
    for number in range(ENTRIES_EACH):
        with database.writing() as transaction:
            place = transaction.ledger_size()
            data = b"entry %d of %d" % (number, seed)
            transaction.append_leaf(place, data, completed_by(place, data, transaction.ledger_node))
        before = ledger.published(database)
        ledger.publish(database)
        after = ledger.published(database)
        assert before is not None
        assert after is not None
        assert before.size <= after.size > place
    database.close()


def open_ledger_of(settings: Settings) -> Ledger:
    return open_ledger(settings.log_key_file, settings.ledger_folder)


def test_processes_that_publish_at_once_leave_the_newest(home: Home) -> None:
    spawn = multiprocessing.get_context("spawn")
    workers = [
        spawn.Process(target=_publish_often, args=(home.settings.house, seed))
        for seed in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    with home.db.reading() as transaction:
        size = transaction.ledger_size()
        whole = root(size, transaction.ledger_node)
    assert home.ledger.published(home.db) == Checkpoint(home.ledger.key.name, size, whole)
    assert home.ledger.wrong_files(home.db) == []
    assert size >= PROCESSES * ENTRIES_EACH


class Slow:
    """Shows what is in the log, and lets go of it only when told."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log
        self.shown, self.go_on = Event(), Event()

    @contextmanager
    def reading(self) -> Iterator[LedgerStore]:
        seen = copy.deepcopy(self._log)
        self.shown.set()
        assert self.go_on.wait(60)
        yield seen


def test_who_saw_less_never_publishes_after_who_saw_more(tmp_path: Path) -> None:
    log, folder = _grow(MemoryLog(), 3), tmp_path / "log"
    slow = Slow(log)
    first = Thread(target=Ledger(SIGNER, LogFolder(folder)).publish, args=(slow,))
    first.start()
    assert slow.shown.wait(60)
    _grow(log, 2)
    second = Thread(target=Ledger(SIGNER, LogFolder(folder)).publish, args=(log,))
    second.start()
    second.join(0.2)  # without a lock it is done by now
    slow.go_on.set()
    first.join()
    second.join()
    published = Ledger(SIGNER, LogFolder(folder)).published(log)
    assert published is not None
    assert published.size == 5


def test_an_erasure_is_published_soon_after_its_receipt(home: Home) -> None:
    trace = home.keep()
    receipt = home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))
    home.ledger.wait()
    published = home.ledger.published(home.db)
    assert published is not None
    assert published == Checkpoint.parse(Note.parse(str(receipt.proof.checkpoint)).text)


def test_an_erasure_is_proved_though_the_log_s_folder_is_gone(home: Home) -> None:
    folder = home.settings.ledger_folder
    folder.rename(folder.with_name("moved"))
    folder.write_text("in the way")
    trace = home.keep()
    receipt = home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))
    home.ledger.wait()
    assert receipt.statement["count"] == "1"
    assert folder.read_text() == "in the way"


def test_what_is_asked_for_while_at_work_is_done_once_more() -> None:
    begun, go_on, times = Event(), Event(), []

    def work() -> None:
        times.append(1)
        begun.set()
        assert go_on.wait(60)

    soon = Soon("test", work)
    soon.ask()
    assert begun.wait(60)
    for _ in range(5):
        soon.ask()
    go_on.set()
    soon.wait()
    assert len(times) == 2
    soon.ask()
    soon.wait()
    assert len(times) == 3
