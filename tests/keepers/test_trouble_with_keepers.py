"""Keepers that are gone, slow, full or locked say so plainly, and nothing is lost."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import pytest

from tests.home import Home
from tests.keepers.conftest import NewShelf, Shelf
from tests.keepers.media import PIN, TOKEN, soft_tpm
from tests.needs import need_program
from unhear.clock import random_bytes
from unhear.forget.errors import KeeperFailed, RootGone, RootRemains
from unhear.forget.roots import RootKeeper
from unhear.household.scope import Scope
from unhear.stores.keepers import patience, pkcs11, tpm2
from unhear.stores.keepers.choose import choose_keeper
from unhear.stores.keepers.file import FileRootKeeper
from unhear.stores.keepers.mirror import MirrorRootKeeper
from unhear.stores.keepers.split import SplitRootKeeper


class Pulled(FileRootKeeper):
    """A folder on a stick that can be pulled out and put back."""

    def pull(self) -> None:
        self.folder.rename(self.folder.with_suffix(".out"))

    def put_back(self) -> None:
        self.folder.with_suffix(".out").rename(self.folder)


@pytest.fixture
def stick(tmp_path: Path) -> Pulled:
    return Pulled(tmp_path / "stick")


def _with(home: Home, keeper: RootKeeper) -> Home:
    """Put the root of a house into another keeper by hand."""
    (root_id,) = home.roots.ids()
    keeper.put(root_id, home.roots.get(root_id))
    return Home(home.settings, keeper=keeper)


def test_a_mirror_opens_without_one_copy_and_forgets_when_it_is_back(
    home: Home, stick: Pulled, tmp_path: Path
) -> None:
    home = _with(home, MirrorRootKeeper([stick, FileRootKeeper(tmp_path / "disk")]))
    trace, kept = home.keep(), home.keep()
    stick.pull()
    assert home.catalogue.sealed(trace).sound
    assert home.forgetter.resume(home.id) == []
    with pytest.raises(KeeperFailed, match="the root folder"):
        home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))
    with pytest.raises(KeeperFailed):
        home.roots.ids()
    stick.put_back()
    (receipt,) = home.forgetter.resume(home.id)
    assert "one copy is away" in str(receipt.statement["keeper"])
    assert [row.id for row in home.catalogue.recordings()] == [kept]


def test_a_mirror_whose_copy_goes_away_before_the_old_root_is_destroyed(
    home: Home, tmp_path: Path
) -> None:
    class PulledAtDestroy(Pulled):
        def destroy(self, root_id: bytes) -> None:
            if self.folder.exists():
                self.pull()
            super().destroy(root_id)

    stick = PulledAtDestroy(tmp_path / "stick")
    disk = FileRootKeeper(tmp_path / "disk")
    home = _with(home, MirrorRootKeeper([stick, disk]))
    (old,) = disk.ids()
    trace = home.keep()
    with pytest.raises(RootRemains, match="finished when the keeper is back"):
        home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))
    assert old not in disk.ids()
    assert home.forgetter.resume(home.id) == []
    stick.put_back()
    back = Home(home.settings, keeper=MirrorRootKeeper([Pulled(stick.folder), disk]))
    assert old in back.roots.ids()
    assert len(back.forgetter.resume(back.id)) == 1
    assert old not in back.roots.ids()


def test_a_split_root_is_gone_with_any_share(tmp_path: Path) -> None:
    one, other = FileRootKeeper(tmp_path / "one"), FileRootKeeper(tmp_path / "other")
    split = SplitRootKeeper([one, other])
    root_id, root = random_bytes(16), random_bytes(32)
    split.put(root_id, root)
    assert root not in {one.get(root_id), other.get(root_id)}
    other.destroy(root_id)
    with pytest.raises(RootGone):
        split.get(root_id)
    assert split.ids() == {root_id}
    split.destroy(root_id)
    assert split.ids() == set()


@pytest.mark.parametrize("combine", [SplitRootKeeper, MirrorRootKeeper])
def test_a_root_that_one_part_refuses_is_held_by_none(
    stick: Pulled, tmp_path: Path, combine: type[SplitRootKeeper | MirrorRootKeeper]
) -> None:
    disk = FileRootKeeper(tmp_path / "disk")
    stick.pull()
    keeper: RootKeeper = combine([disk, stick])
    with pytest.raises(KeeperFailed):
        keeper.put(bytes(16), bytes(32))
    assert disk.ids() == set()


def test_grades_of_combinations() -> None:
    class Graded:
        kind = "chip"
        limits = ("it is small",)

        def __init__(self, grade: str) -> None:
            self.grade = grade

    good, bad = Graded("A: it overwrites"), Graded("C: it hopes")
    assert SplitRootKeeper([bad, good]).grade.startswith("A: of 2 shares")  # type: ignore[list-item] # only graded
    assert MirrorRootKeeper([good, bad]).grade.startswith("C: all 2 copies")  # type: ignore[list-item] # only graded


def test_a_call_that_never_returns_is_given_up() -> None:
    line = patience.OneAtATime("the sleeping token")
    forever = Event()
    with pytest.raises(KeeperFailed, match="the sleeping token has not answered for 0"):
        line.within(0.05, forever.wait)
    with pytest.raises(KeeperFailed, match="has not answered"):
        line.within(0.05, lambda: "after it")
    forever.set()
    assert line.within(5, lambda: "again") == "again"


@pytest.mark.tools
def test_a_wrong_pin_is_tried_once(token: str, tmp_path: Path) -> None:
    """Tokens lock themselves after a few wrong PINs, so one refused is not tried again."""
    module = token.partition("module=")[2].partition(";")[0]
    script = f"""
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unhear.forget.errors import KeeperFailed
from unhear.stores.keepers.choose import choose_keeper
pin = Path({str(tmp_path / "pin")!r})
keeper = choose_keeper(f"pkcs11:module={module};token={TOKEN};pin-file={{pin}}", Path("."))
def attempt():
    try:
        keeper.ids()
        print("in")
    except KeeperFailed as error:
        print(error)
attempt()
pin.write_text("161803")
attempt()
attempt()
pin.write_text("{PIN}")
attempt()
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    unread, refused, again, right = done.stdout.splitlines()
    assert "cannot be read" in unread
    assert "refused the PIN" in refused
    assert "not tried again" in again
    assert right == "in"
    assert "161803" not in done.stdout + done.stderr


@pytest.mark.tools
def test_a_token_or_module_that_is_not_there(token: str, tmp_path: Path) -> None:
    absent = token.replace(f"token={TOKEN}", "token=pulled-out")
    with pytest.raises(KeeperFailed, match="no token 'pulled-out'; plug it in"):
        choose_keeper(absent, tmp_path).ids()
    nowhere = "pkcs11:module=/nowhere.so;token=x;pin-file=/dev/null"
    with pytest.raises(KeeperFailed, match="failed with"):
        choose_keeper(nowhere, tmp_path).ids()


@pytest.mark.tools
def test_a_slow_token(new_shelf: NewShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = new_shelf("TOKEN").open()
    keeper.put(bytes(16), bytes(32))
    monkeypatch.setattr(pkcs11, "CALL_SECONDS_MAX", 0)
    with pytest.raises(KeeperFailed, match=r"libsofthsm2.so has not answered for 0 seconds"):
        keeper.get(bytes(16))


@pytest.mark.tools
def test_a_full_tpm(new_shelf: NewShelf) -> None:
    keeper = new_shelf("TPM").open()
    ids = [random_bytes(16) for _ in range(5)]
    for root_id in ids[:4]:
        keeper.put(root_id, bytes(32))
    with pytest.raises(KeeperFailed, match="all 4 places in the TPM are taken"):
        keeper.put(ids[4], bytes(32))
    assert set(keeper.ids()) == set(ids[:4])
    for root_id in ids[:4]:
        keeper.destroy(root_id)


@pytest.mark.tools
def test_an_index_that_something_else_uses(new_shelf: NewShelf) -> None:
    shelf = new_shelf("TPM")
    index, tcti = _index_and_tcti(shelf)
    subprocess.run(["tpm2_nvdefine", hex(index), "-C", "o", "-s", "8", "-T", tcti], check=True)
    try:
        with pytest.raises(KeeperFailed, match="something else uses"):
            shelf.open().put(bytes(16), bytes(32))
    finally:
        subprocess.run(["tpm2_nvundefine", hex(index), "-C", "o", "-T", tcti], check=True)


@pytest.mark.tools
def test_a_place_defined_and_never_written_is_used(new_shelf: NewShelf) -> None:
    """What a crash between defining and writing leaves is no root, and no lost place."""
    shelf = new_shelf("TPM")
    index, _ = _index_and_tcti(shelf)
    keeper = shelf.open()
    assert isinstance(keeper, tpm2.Tpm2RootKeeper)
    keeper._define(index)
    assert keeper.ids() == set()
    keeper.put(bytes(16), bytes(32))
    assert keeper.get(bytes(16)) == bytes(32)
    keeper.destroy(bytes(16))


@pytest.mark.tools
def test_a_place_is_never_freed_under_another_process(
    new_shelf: NewShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process destroys a root that another has destroyed, and put a new one in its place."""
    shelf = new_shelf("TPM")
    slow, quick = shelf.open(), shelf.open()
    assert isinstance(slow, tpm2.Tpm2RootKeeper)
    old, new = random_bytes(16), random_bytes(16)
    quick.put(old, bytes(32))
    replaced, begun = Event(), Event()
    tool = slow._tool

    def late(name: str, *arguments: str, stdin: bytes = b"") -> bytes:
        if name == "nvwrite":
            begun.set()
            replaced.wait(0.3)  # as long as the other may need, were it let in
        return tool(name, *arguments, stdin=stdin)

    monkeypatch.setattr(slow, "_tool", late)
    thread = Thread(target=slow.destroy, args=(old,))
    thread.start()
    assert begun.wait(60)
    quick.destroy(old)
    quick.put(new, bytes(range(32)))
    replaced.set()
    thread.join()
    assert quick.get(new) == bytes(range(32))
    quick.destroy(new)


def _index_and_tcti(shelf: Shelf) -> tuple[int, str]:
    options = dict(part.split("=", 1) for part in shelf.spec.removeprefix("tpm2:").split(";"))
    return int(options["index"], 0), options["tcti"]


@pytest.mark.tools
def test_a_tpm_that_is_gone_and_comes_back(tmp_path: Path) -> None:
    with soft_tpm(tmp_path / "tpm") as tcti:
        choose_keeper(f"tpm2:tcti={tcti}", tmp_path).put(bytes(16), bytes(range(32)))
    with pytest.raises(KeeperFailed, match="there is no TPM there"):
        choose_keeper(f"tpm2:tcti={tcti}", tmp_path).get(bytes(16))
    with soft_tpm(tmp_path / "tpm") as tcti:
        assert choose_keeper(f"tpm2:tcti={tcti}", tmp_path).get(bytes(16)) == bytes(range(32))


@pytest.mark.tools
def test_a_tpm_that_hangs(
    new_shelf: NewShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = new_shelf("TPM").open()
    hanging = tmp_path / "bin" / "tpm2_nvreadpublic"
    hanging.parent.mkdir()
    hanging.write_text(f"#!/bin/sh\nexec {need_program('tail')} -f /dev/null\n")
    hanging.chmod(0o755)
    monkeypatch.setenv("PATH", str(hanging.parent), prepend=os.pathsep)
    monkeypatch.setattr(tpm2, "CALL_SECONDS_MAX", 0.2)
    begun = monotonic()
    with pytest.raises(KeeperFailed, match=r"has not answered for 0.2 seconds"):
        keeper.ids()
    assert monotonic() - begun < 5


def test_no_tpm_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(KeeperFailed, match="apt install tpm2-tools"):
        choose_keeper("tpm2:", tmp_path).ids()


def test_a_root_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    keeper = choose_keeper("file:stick/roots", tmp_path)
    with pytest.raises(KeeperFailed, match="No such file"):
        keeper.put(bytes(16), bytes(32))
    with pytest.raises(KeeperFailed, match="No such file"):
        keeper.destroy(bytes(16))
    assert not (tmp_path / "stick").exists()


def test_who_reads_a_root_that_is_destroyed_meanwhile_gets_it_whole_or_not_at_all(
    tmp_path: Path,
) -> None:
    keeper, root, over = FileRootKeeper(tmp_path / "roots"), random_bytes(32), Event()
    at_work = [random_bytes(16)]
    keeper.put(at_work[0], root)

    def read() -> int:
        read = 0
        while not over.is_set():
            try:
                assert keeper.get(at_work[0]) == root, "noise was taken for a root"
                read += 1
            except RootGone:
                continue
        return read

    with ThreadPoolExecutor(2) as threads:
        readers = [threads.submit(read) for _ in range(2)]
        try:
            for _ in range(500):
                at_work.insert(0, random_bytes(16))
                keeper.put(at_work[0], root)
                keeper.destroy(at_work[0])
        finally:
            over.set()
        assert all(one.result() for one in readers)


def test_a_power_cut_that_undoes_the_removal_of_a_root_brings_none_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper, root, root_id = FileRootKeeper(tmp_path / "roots"), random_bytes(32), random_bytes(16)
    keeper.put(root_id, root)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        keeper.destroy(root_id)
    (file,) = keeper.folder.iterdir()
    assert root[:8] not in file.read_bytes()
    with pytest.raises(RootGone):
        keeper.get(root_id)
    assert keeper.ids() == {root_id}, "so that the next opening of the house removes it"
    keeper.destroy(root_id)
    assert keeper.ids() == set()
