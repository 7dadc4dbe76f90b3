"""A target always holds a database that opens, and misses nothing that was shipped."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.home import Home, make_home
from unhear.forget.database import TraceKind
from unhear.forget.errors import MirrorAway
from unhear.forget.mirror import Copies
from unhear.household.scope import Scope
from unhear.stores.copies.assembly import assemble, newest_generation, pieces_of
from unhear.stores.copies.layout import pages_name, piece_from, snapshot_name
from unhear.stores.copies.shipping import Shipping, ShippingMirror
from unhear.stores.copies.target import Target
from unhear.stores.database import Database
from unhear.stores.errors import CopyDamaged, CopyMissing, TargetAway, TargetTaken


@dataclass
class Copied:
    """A house and its copy in a folder."""

    home: Home
    target: Target
    folder: Path

    def ship(self, *, anew: bool = False) -> None:
        Shipping(self.home.settings.database_file, self.target).ship(anew=anew)

    def assembled(self) -> Path:
        generation = newest_generation(self.target)
        file = self.folder / "assembled.db"
        assemble(self.target, generation, pieces_of(self.target, generation), file)
        return file

    def contents(self, file: Path) -> list[tuple[object, ...]]:
        database = Database(file)
        with database.reading() as transaction:
            rows = [
                (row.id, row.slot, row.details, row.content)
                for row in transaction.traces(self.home.id, list(TraceKind))
            ]
            leaves = list(transaction.ledger_leaves(0, transaction.ledger_size()))
            root = transaction.current_root()
        database.close()
        return [*sorted(rows), *((leaf,) for leaf in leaves), (root,)]


def make(folder: Path) -> Copied:
    home = make_home(folder / "house")
    return Copied(home, Target(str(folder / "target")), folder)


@pytest.fixture
def copied(tmp_path: Path) -> Copied:
    return make(tmp_path)


def same(copied: Copied) -> bool:
    original = copied.contents(copied.home.settings.database_file)
    return copied.contents(copied.assembled()) == original


def test_what_was_written_arrives(copied: Copied) -> None:
    copied.ship()
    generation = newest_generation(copied.target)
    for _ in range(3):
        copied.home.keep()
        copied.ship()
        assert same(copied)
    assert newest_generation(copied.target) == generation
    assert pieces_of(copied.target, generation) == 3


STEPS = ("keep", "forget", "ship", "tidy", "reopen", "lose state", "lose target", "old state")


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(st.sampled_from(STEPS), max_size=14), mirrored=st.booleans())
def test_whatever_happened_in_between_a_shipped_copy_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str], *, mirrored: bool
) -> None:
    copied = make(tmp_path_factory.mktemp("shipping"))
    database = copied.home.settings.database_file
    home, old = copied.home, b""
    for step in steps:
        (state,) = [*database.parent.glob("*-copy-*.json"), None][:1]
        if step == "keep":
            home.keep()
        elif step == "forget" and home.catalogue.recordings():
            newest = home.catalogue.recordings()[-1].id
            home.forgetter.forget(home.id, Scope(recordings=frozenset([newest])))
        elif step == "ship":
            old = state.read_bytes() if state else b""
            copied.ship(anew=True)
        elif step == "tidy":
            home.db.tidy()
        elif step == "reopen":
            home.db.close()
            home = Home(home.settings, database=Database(database, mirrored=mirrored))
        elif step == "lose state" and state:
            state.unlink()
        elif step == "old state" and state and old:
            state.write_bytes(old)
        elif step == "lose target":
            copied.target.delete("database/newest")
    copied.ship(anew=True)
    assert same(copied)
    home.db.close()


class FailingTarget(Target):
    """A target that is gone after some more objects."""

    left = 0

    def put(self, name: str, content: bytes) -> None:
        if self.left == 0:
            raise TargetAway("gone")
        self.left -= 1
        super().put(name, content)


@pytest.mark.parametrize("left", range(6))
def test_a_target_that_goes_away_in_the_middle_is_brought_up_to_date_later(
    tmp_path: Path, left: int
) -> None:
    copied = make(tmp_path)
    if left % 2:
        copied.ship()
        copied.home.keep()
    failing = FailingTarget(copied.target.place)
    failing.left = left // 2
    shipping = Shipping(copied.home.settings.database_file, failing)
    try:
        shipping.ship()
    except TargetAway:
        copied.home.keep()
    copied.ship()
    assert same(copied)


def test_no_root_is_destroyed_while_the_mirror_is_away(tmp_path: Path) -> None:
    place = tmp_path / "mirror"
    place.write_bytes(b"a file where the folder should be")
    settings = make_home(tmp_path / "house").settings
    mirror = ShippingMirror(settings.database_file, str(place))
    home = Home(settings, copies=Copies(mirror=mirror))
    kept = home.keep()
    held = set(home.roots.ids())
    with pytest.raises(MirrorAway, match="no replaced root key is destroyed"):
        home.forgetter.forget(home.id, Scope(recordings=frozenset([kept])))
    assert held < set(home.roots.ids())
    assert home.catalogue.recordings() == []
    place.unlink()
    (receipt,) = home.forgetter.resume(home.id)
    assert receipt.statement["count"] == "1"
    assert len(home.roots.ids()) == 1
    assert not held & set(home.roots.ids())


@pytest.mark.parametrize("what", ["*.pages", "chunks/*/*", "database/*/snapshot.json"])
def test_a_changed_copy_is_not_taken_for_a_whole_one(copied: Copied, what: str) -> None:
    copied.ship()
    copied.home.keep()
    copied.ship()
    folder = Path(copied.target.place)
    file = next(path for path in folder.rglob("*") if path.match(what) and path.is_file())
    changed = bytearray(file.read_bytes())
    changed[len(changed) // 2] ^= 1
    file.write_bytes(changed)
    with pytest.raises((CopyDamaged, CopyMissing)):
        copied.assembled()


def test_a_missing_piece_is_noticed(copied: Copied) -> None:
    copied.ship()
    for _ in range(2):
        copied.home.keep()
        copied.ship()
    generation = newest_generation(copied.target)
    copied.target.delete(pages_name(generation, 0))
    with pytest.raises(CopyDamaged, match="missing"):
        copied.assembled()


def test_what_is_in_a_target_is_no_plaintext(copied: Copied) -> None:
    copied.home.keep("Fetch the purple wheelbarrow")
    copied.ship()
    for file in Path(copied.target.place).rglob("*"):
        assert not file.is_file() or b"wheelbarrow" not in file.read_bytes()


def test_a_place_that_lost_its_copy_is_not_mounted_perhaps(copied: Copied) -> None:
    copied.ship()
    copied.target.delete("database/newest")
    with pytest.raises(TargetAway, match="check that it is mounted"):
        copied.ship()
    copied.ship(anew=True)
    assert same(copied)


def test_a_place_belongs_to_one_house(copied: Copied) -> None:
    copied.ship()
    other = make_home(copied.folder / "other")
    with pytest.raises(TargetTaken, match="another house"):
        Shipping(other.settings.database_file, copied.target).ship()
    copied.home.keep()
    copied.ship()
    assert same(copied)


def generations(target: Target) -> set[str]:
    return {name.split("/")[1] for name in target.names("database")} - {"newest"}


def test_generations_that_nobody_needs_are_removed(copied: Copied) -> None:
    backed_up = ""
    for number in range(3):
        copied.home.keep()
        copied.ship()
        if number == 1:
            backed_up = newest_generation(copied.target)
            note = json.dumps({"generation": backed_up}).encode()
            copied.target.put("backups/one.json", note)
        for state in copied.home.settings.data_folder.glob("*-copy-*.json"):
            state.unlink()
    newest = newest_generation(copied.target)
    assert generations(copied.target) == {newest, backed_up}
    used = {
        f"chunks/{digest[:2]}/{digest}"
        for generation in (newest, backed_up)
        for digest in json.loads(copied.target.get(snapshot_name(generation)))["chunks"]
    }
    assert set(copied.target.names("chunks")) == used
    assert same(copied)


def test_nothing_is_removed_while_a_backup_cannot_be_read(copied: Copied) -> None:
    copied.ship()
    first = newest_generation(copied.target)
    copied.target.put("backups/one.json", b"{")
    for state in copied.home.settings.data_folder.glob("*-copy-*.json"):
        state.unlink()
    copied.ship()
    assert generations(copied.target) == {first, newest_generation(copied.target)}


def test_a_page_travels_once_however_often_it_was_written(copied: Copied) -> None:
    copied.ship()
    for _ in range(20):
        copied.home.keep()
    copied.ship()
    generation = newest_generation(copied.target)
    piece = piece_from(copied.target.get(pages_name(generation, 0)))
    assert len(piece.pages) <= piece.database_pages
    assert same(copied)


def test_an_upgrade_of_the_schema_is_counted_like_any_commit(tmp_path: Path) -> None:
    database = Database(tmp_path / "new.db")
    with database.reading() as transaction:
        assert transaction.commit_count() == 1
    database.close()
    again = Database(tmp_path / "new.db")
    with again.reading() as transaction:
        assert transaction.commit_count() == 1
    again.close()


def test_what_a_killed_writer_wrote_but_never_committed_is_not_shipped(copied: Copied) -> None:
    copied.home.keep()
    copied.ship()
    index = copied.home.settings.database_file.with_name("unhear.db-shm")
    before = copied.folder / "index"
    _copy_over(index, before)
    copied.home.keep()
    _copy_over(before, index)  # Killed when all was in the log, and nothing yet in its index.
    copied.ship()
    assert same(copied)
    for _ in range(3):  # Others write over what was never committed.
        copied.home.keep()
        copied.ship()
        assert same(copied)


def _copy_over(source: Path, into: Path) -> None:
    """Copy bytes over another file, in a process of its own: closing one here would drop locks."""
    command = ["dd", f"if={source}", f"of={into}", "conv=notrunc", "status=none"]
    subprocess.run(command, check=True)
