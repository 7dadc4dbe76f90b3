"""What was kept comes back from a backup; what was forgotten never does."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.copies.houses import bring_back, forget, keep, kept, lose_the_disk, new_house
from unhear.house.audit import audit
from unhear.house.backup import backup, backups
from unhear.house.drill import rehearse, rehearse_if_due
from unhear.house.house import House
from unhear.house.own_household import NotSetUp
from unhear.house.restore import RestoreRefused
from unhear.household.scope import Scope
from unhear.household.words import TraceId
from unhear.prove.claims import Drill
from unhear.stores.copies.target import Target


def sound(house: House) -> list[str]:
    return [f"{one.check}: {one.seen}" for one in audit(house) if not one.ok]


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return Target(str(tmp_path / "target"))


def test_a_dead_disk_loses_nothing_that_was_backed_up(tmp_path: Path, target: Target) -> None:
    house = new_house(tmp_path / "house")
    traces = {keep(house) for _ in range(5)}
    sealed = {trace: house.catalogue.sealed(trace) for trace in traces}
    made = backup(house, target)
    assert (made.recordings, made.entries) == (5, house_entries(house))
    lose_the_disk(house)
    again, restored = bring_back(house, target)
    assert (restored.recordings, restored.without_sound, restored.forgotten_again) == (5, 0, 0)
    assert {trace: again.catalogue.sealed(trace) for trace in kept(again)} == sealed
    assert sound(again) == []
    forget(again, next(iter(traces)))
    assert sound(again) == []
    again.close()


def house_entries(house: House) -> int:
    with house.database.reading() as transaction:
        return transaction.ledger_size()


def test_a_second_backup_sends_only_what_is_new(tmp_path: Path, target: Target) -> None:
    house = new_house(tmp_path / "house")
    for _ in range(3):
        keep(house)
    backup(house, target)
    sent = set(target.names(""))
    keep(house)
    backup(house, target)
    new = {name.split("/")[0] for name in set(target.names("")) - sent}
    assert new == {"database", "payloads", "backups"}
    assert not [name for name in set(target.names("")) - sent if name.startswith("chunks")]
    assert len(backups(target)) == 2
    house.close()


def test_what_was_forgotten_after_a_backup_does_not_come_back(
    tmp_path: Path, target: Target
) -> None:
    house = new_house(tmp_path / "house")
    gone, stays = keep(house), keep(house)
    before = backup(house, target)
    forget(house, gone)
    after = backup(house, target)
    assert not [name for name in target.names("payloads") if gone.hex() in name]
    lose_the_disk(house)
    with pytest.raises(RestoreRefused, match="does not open"):
        bring_back(house, target, at=before)
    with pytest.raises(NotSetUp, match="closed"):
        House(house.settings)
    again, restored = bring_back(house, target)
    assert kept(again) == {stays}
    assert restored.without_sound == 0
    assert after.root != before.root
    again.close()


def test_a_backup_alone_does_not_open_after_an_erasure_and_the_mirror_does(
    tmp_path: Path, target: Target
) -> None:
    mirror = str(tmp_path / "mirror")
    house = new_house(tmp_path / "house", mirror=mirror)
    gone, stays = keep(house), keep(house)
    backup(house, target)
    forget(house, gone)
    late = keep(house)
    lose_the_disk(house)
    with pytest.raises(RestoreRefused, match="Bring the newest copy"):
        bring_back(house, target)
    again, restored = bring_back(house, target, newest=Target(mirror))
    assert kept(again) == {stays, late}
    assert restored.without_sound == 1, "only the backup has sounds"
    again.close()


def test_within_the_horizon_an_older_backup_comes_back_without_what_was_forgotten(
    tmp_path: Path, target: Target
) -> None:
    house = new_house(tmp_path / "house", horizon_days=7)
    gone, wordless, stays, child = keep(house), keep(house), keep(house), "Theodora"
    before = backup(house, target)
    forget(house, gone)
    ours = house.household.id
    words_only = Scope(recordings=frozenset([wordless]), words_only=True)
    receipt = house.forgetter.forget(ours, words_only)
    assert receipt.statement["backups_unreadable_by"] > receipt.statement["live_gone_at"]
    person = house.household.named(child)
    assert person is not None
    house.family.remove(person.id)
    late = keep(house)
    backup(house, target)
    entries = house_entries(house)
    lose_the_disk(house)
    again, restored = bring_back(house, target, at=before)
    assert kept(again) == {wordless, stays}
    assert late not in kept(again), "it was kept after the backup that was asked for"
    assert restored.forgotten_again == 2
    assert again.catalogue.sealed(wordless).transcript is None
    assert again.household.named(child) is None
    assert house_entries(again) == entries, "the ledger never goes back"
    forget(again, stays)
    assert sound(again) == []
    again.close()


def test_a_backup_knows_what_it_holds_while_others_write(
    tmp_path: Path, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = new_house(tmp_path / "house")
    late: list[TraceId] = []
    first, gone = keep(house), keep(house)
    sending = Target.put

    def put(where: Target, name: str, content: bytes) -> None:
        sending(where, name, content)
        if name.startswith("payloads") and not late:
            late.append(keep(house))
            forget(house, gone)

    monkeypatch.setattr(Target, "put", put)
    made = backup(house, target)
    with house.database.reading() as transaction:
        assert made.root == transaction.current_root().root_id.hex()
    assert made.recordings == 2
    lose_the_disk(house)
    again, restored = bring_back(house, target)
    assert kept(again) == {first, *late}
    assert restored.without_sound == 0
    again.close()


def test_sound_that_another_backup_has_just_sent_stays(
    tmp_path: Path, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = new_house(tmp_path / "house")
    keep(house)
    backup(house, target)
    late: list[TraceId] = []
    listing = Target.sizes

    def sizes(where: Target, prefix: str) -> list[tuple[str, int]]:
        found = list(listing(where, prefix))
        if prefix.startswith("payloads") and not late:
            late.append(keep(house))
            backup(House(house.settings), target)
        return found

    monkeypatch.setattr(Target, "sizes", sizes)
    backup(house, target)
    assert late[0].hex() in " ".join(target.names("payloads"))
    house.close()


def test_a_house_that_is_there_is_never_overwritten(tmp_path: Path, target: Target) -> None:
    house = new_house(tmp_path / "house")
    keep(house)
    backup(house, target)
    with pytest.raises(RestoreRefused, match="there already"):
        bring_back(house, target)
    house.close()


def test_a_backup_holds_no_root_key_and_no_plaintext(tmp_path: Path, target: Target) -> None:
    house = new_house(tmp_path / "house")
    canary = b"RIFF" + b"purple wheelbarrow" * 9
    keep(house, canary)
    backup(house, target)
    (root,) = [house.keeper.get(root) for root in house.keeper.ids()]
    key = house.settings.log_key_file.read_bytes().split()[-1]
    for file in (tmp_path / "target").rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert not any(secret in content for secret in (root, key, canary, b"wheelbarrow"))
    house.close()


@pytest.mark.parametrize("horizon_days", [0, 7])
def test_the_drill_passes_and_stands_on_later_receipts(tmp_path: Path, horizon_days: int) -> None:
    house = new_house(tmp_path / "house", horizon_days=horizon_days)
    trace = keep(house)
    drill = rehearse(house)
    assert drill.result == "passed"
    assert kept(house) == {trace}
    receipt = house.forgetter.forget(house.household.id, Scope(recordings=frozenset([trace])))
    assert receipt.statement["drill"] == {"at": drill.at, "result": "passed"}
    assert sound(house) == []
    house.close()


def test_the_drill_fails_when_what_was_forgotten_is_still_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = new_house(tmp_path / "house")
    monkeypatch.setattr(house.forgetter, "forget", lambda *_: None)
    assert rehearse(house).result == "failed"
    house.close()


def test_the_drill_is_done_by_itself_when_it_is_due(tmp_path: Path) -> None:
    house = new_house(tmp_path / "house", drill_days=7)
    assert rehearse_if_due(house) is not None
    assert rehearse_if_due(house) is None
    today = house.clock()
    house.clock = lambda: today + timedelta(days=8)
    assert rehearse_if_due(house) is not None
    assert list(house.settings.data_folder.glob("*-copy-*")) == []
    house.close()


def test_a_failed_drill_is_an_alarm(tmp_path: Path) -> None:
    house = new_house(tmp_path / "house")
    with house.database.writing() as transaction:
        transaction.set_drill(Drill("2026-01-01T00:00:00Z", "failed"))
    assert [one.split(":")[0] for one in sound(house)] == ["restore drill"]
    house.close()
