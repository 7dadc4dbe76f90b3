"""Damage, full disks and missing things are said plainly, and nothing else is lost."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.home import PASSPHRASE, Home, make_home
from tests.needs import need
from unhear.forget.errors import KeeperFailed, RootGone
from unhear.household.scope import Scope
from unhear.keep.identity import WrongPassphrase
from unhear.stores.database import Database
from unhear.stores.errors import PayloadMissing, StoreDamaged, StoreFull
from unhear.stores.keepers.file import FileRootKeeper


def _keep_very_much(home: Home) -> None:
    for _ in range(100):
        home.keep(sound=bytes(90_000))


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def test_a_full_disk_while_keeping(small_disk: Path) -> None:
    home = make_home(small_disk / "house")
    kept = home.keep()
    with pytest.raises(StoreFull, match="full"):
        _keep_very_much(home)
    rows = {recording.id for recording in home.catalogue.recordings()}
    assert kept in rows
    assert {trace for trace, _ in home.blobs.all(home.id)} == rows
    assert home.db.problems() == []


def test_a_full_disk_while_forgetting_loses_nothing(small_disk: Path) -> None:
    home = make_home(small_disk / "house")
    kept = [home.keep() for _ in range(3)]
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space"):
        _fill(filler)
    with pytest.raises((StoreFull, KeeperFailed)):
        home.forgetter.forget(home.id, Scope(recordings=frozenset(kept[:1])))
    filler.unlink()
    again = Home(home.settings)
    again.forgetter.resume(again.id)
    assert set(kept[1:]) <= {recording.id for recording in again.catalogue.recordings()}
    assert len(again.roots.ids()) == 1


def test_a_root_folder_that_cannot_be_written_to(home: Home) -> None:
    trace = home.keep()
    folder = home.settings.root_folder
    (folder / "not-a-folder").touch()
    blocked = FileRootKeeper(folder)
    blocked.folder = folder / "not-a-folder"
    with pytest.raises(KeeperFailed, match="Nothing was changed"):
        blocked.put(bytes(16), bytes(32))
    (folder / "not-a-folder").unlink()
    if os.getuid() != 0:
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
        with pytest.raises(KeeperFailed, match="writable"):
            home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))
        folder.chmod(stat.S_IRWXU)
    assert [recording.id for recording in home.catalogue.recordings()] == [trace]


def test_a_read_only_root_folder(home: Home) -> None:
    trace = home.keep()
    folder = home.settings.root_folder
    mounted = os.getuid() == 0 and not subprocess.call(
        ["mount", "--bind", str(folder), str(folder)], stderr=subprocess.DEVNULL
    )
    need(bool(mounted), "the right to mount a folder read-only")
    try:
        subprocess.check_call(["mount", "-o", "remount,ro,bind", str(folder)])
        with pytest.raises(KeeperFailed, match="writable"):
            home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))
        assert [recording.id for recording in home.catalogue.recordings()] == [trace]
    finally:
        subprocess.check_call(["umount", "--lazy", str(folder)])
    assert len(home.forgetter.resume(home.id)) == 1
    assert home.catalogue.recordings() == []


def test_a_missing_payload(home: Home) -> None:
    trace, other = home.keep(), home.keep()
    home.blobs.delete(home.id, [trace])
    with pytest.raises(PayloadMissing, match="restore-sounds"):
        home.catalogue.sealed(trace)
    assert home.catalogue.sealed(other).sound
    home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))
    assert [recording.id for recording in home.catalogue.recordings()] == [other]


def test_a_corrupt_database_page(home: Home) -> None:
    for _ in range(5):
        home.keep()
    home.db.tidy()
    home.db.close()
    file = home.settings.database_file
    content = bytearray(file.read_bytes())
    for start in range(4096 * 3, len(content) - 4096, 4096):
        content[start : start + 200] = b"\xff" * 200
    file.write_bytes(content)
    with pytest.raises(StoreDamaged, match="damaged"):
        Home(home.settings).catalogue.recordings()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "unhear.db"
    file.write_bytes(b"this is a diary, not a database" * 400)
    with pytest.raises(StoreDamaged):
        Database(file)


def test_a_wrong_passphrase(home: Home) -> None:
    with pytest.raises(WrongPassphrase, match="recovery phrase"):
        home.identity.open_with_passphrase(PASSPHRASE + "!")


def test_a_root_file_cut_short(home: Home) -> None:
    (root_id,) = home.roots.ids()
    (home.settings.root_folder / f"{root_id.hex()}.root").write_bytes(b"short")
    with pytest.raises(RootGone, match="root key"):
        home.catalogue.recordings()
