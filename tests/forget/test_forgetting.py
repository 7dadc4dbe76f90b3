"""Forgotten means gone, nothing else is lost, and a receipt says so."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from obstore.store import LocalStore

from tests.forget.thief import reachable_keys
from tests.home import PASSPHRASE, SOUND, WORDS, Home
from unhear.forget.capsule import unseal
from unhear.forget.database import TraceKind
from unhear.forget.engine import Forgetter
from unhear.forget.errors import (
    Barred,
    CapsuleClosed,
    HolderUnanswered,
    KeyPageDamaged,
    NoSuchTrace,
    RootGone,
)
from unhear.forget.keytree import SealedPage
from unhear.forget.roots import open_tree
from unhear.forget.traces import new_trace_id
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, PersonId, TraceId
from unhear.keep import age
from unhear.prove.errors import ProofWrong
from unhear.prove.notes import KeyKind, VerifierKey
from unhear.prove.receipt import Receipt, verify
from unhear.stores.keepers.file import FileRootKeeper
from unhear.stores.payloads import payload_name


def _opened(home: Home, trace: TraceId) -> tuple[bytes, str]:
    identity = home.identity.open_with_passphrase(PASSPHRASE)
    sealed = home.catalogue.sealed(trace)
    words = age.decrypt(sealed.transcript or b"", [identity]).decode()
    return age.decrypt(sealed.sound, [identity]), words


def test_what_is_kept_opens_with_the_passphrase(home: Home) -> None:
    trace = home.keep()
    assert _opened(home, trace) == (SOUND, WORDS)


def test_a_forgotten_recording_is_gone_and_the_others_stay(home: Home) -> None:
    traces = [home.keep(f"{WORDS} {number}") for number in range(5)]
    receipt = home.forgetter.forget(home.id, Scope(recordings=frozenset(traces[1:3])))
    for trace in traces[1:3]:
        with pytest.raises(NoSuchTrace):
            home.catalogue.sealed(trace)
        assert not home.blobs.has(home.id, trace)
    assert [r.id for r in home.catalogue.recordings()] == [traces[0], traces[3], traces[4]]
    assert _opened(home, traces[4]) == (SOUND, f"{WORDS} 4")
    verdict = verify(receipt, home.ledger.key)
    assert receipt.statement["count"] == "2-9"
    assert verdict.statement["scope"] == "recording"


def test_the_receipt_verifies_elsewhere_and_not_when_it_is_changed(home: Home) -> None:
    trace = home.keep()
    receipt = home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))
    text = receipt.to_json()
    key = VerifierKey.parse(str(home.ledger.key))
    assert verify(Receipt.from_json(text), key).inclusion.index >= 1
    assert trace.hex() in text
    fields = json.loads(text)
    fields["statement"]["count"] = "0"
    with pytest.raises(ProofWrong):
        verify(Receipt.from_json(json.dumps(fields)), key)
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    with pytest.raises(ProofWrong):
        verify(receipt, VerifierKey(key.name, KeyKind.ED25519, stranger))


@pytest.mark.sqlite("copies the file; stores/test_replicas.py does so to a server")
def test_an_old_copy_with_todays_root_opens_nothing_that_was_forgotten(
    home: Home, tmp_path: Path
) -> None:
    gone, stays = home.keep(), home.keep()
    home.db.tidy()
    shutil.copytree(home.settings.data_folder, tmp_path / "thief" / "data")
    home.forgetter.forget(home.id, Scope(recordings=frozenset([gone])))
    shutil.copytree(home.settings.root_folder, tmp_path / "thief" / "roots")
    shutil.copy(home.settings.log_key_file, tmp_path / "thief")
    thief = Home(home.settings.model_copy(update={"house": tmp_path / "thief"}))
    with pytest.raises((RootGone, KeyPageDamaged)):
        thief.catalogue.recordings()
    with thief.db.reading() as transaction:
        row = transaction.trace(home.id, gone)
    assert row is not None
    for root_id in home.roots.ids():
        with pytest.raises(CapsuleClosed):
            unseal(home.roots.get(root_id), "details", home.id, gone, row.details)
    assert _opened(home, stays)[1] == WORDS


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        (Scope(), []),
        (Scope(device=DeviceId("kitchen")), [1, 3]),
        (Scope(person=PersonId("mia")), [0, 1]),
        (Scope(person=PersonId("mia"), device=DeviceId("hall")), [0, 1, 2]),
    ],
)
def test_scopes_name_what_they_say(home: Home, scope: Scope, left: list[int]) -> None:
    places = [("kitchen", "sam"), ("hall", "sam"), ("kitchen", "mia"), ("hall", "mia")]
    traces = [home.keep(device=device, person=person) for device, person in places]
    home.forgetter.forget(home.id, scope)
    assert {r.id for r in home.catalogue.recordings()} == {traces[n] for n in left}


def test_a_time_range_includes_its_start_and_not_its_end(home: Home) -> None:
    start = home.clock()
    traces = [home.keep(heard_at=start + timedelta(hours=hour)) for hour in range(4)]
    scope = Scope(since=start + timedelta(hours=1), until=start + timedelta(hours=3))
    home.forgetter.forget(home.id, scope)
    assert {r.id for r in home.catalogue.recordings()} == {traces[0], traces[3]}


def test_what_skills_remembered_of_a_recording_goes_with_it(home: Home) -> None:
    first, second = home.keep(), home.keep()
    home.memory(first).remember({"item": "walnuts"})
    home.memory(second).remember({"item": "milk"})
    home.forgetter.forget(home.id, Scope(recordings=frozenset([first])))
    assert [item.data["item"] for item in home.memory(second).items()] == ["milk"]


def test_what_was_heard_before_an_erasure_cannot_be_kept_after_it(home: Home) -> None:
    heard_at = home.clock()
    home.clock.pass_time(seconds=1)
    home.forgetter.forget(home.id, Scope())
    home.clock.pass_time(seconds=1)
    with pytest.raises(Barred):
        home.keep(heard_at=heard_at)
    assert list(home.blobs.all(home.id)) == []
    home.keep()


def test_only_the_expired_expire(home: Home) -> None:
    short, long = home.keep(days=2), home.keep(days=20)
    assert home.sweeper.sweep() == []
    home.clock.pass_time(days=2)
    (receipt,) = home.sweeper.sweep()
    assert receipt.statement["scope"] == "expired"
    assert [r.id for r in home.catalogue.recordings()] == [long]
    assert short != long


def test_the_keeper_holds_one_root_after_every_erasure(home: Home) -> None:
    for _ in range(3):
        home.forgetter.forget(home.id, Scope(recordings=frozenset([home.keep()])))
        assert len(home.roots.ids()) == 1
    home.forgetter.discard(home.id, [home.keep()])
    assert len(home.roots.ids()) == 1


def test_slots_of_forgotten_recordings_are_used_again_with_fresh_keys(home: Home) -> None:
    trace = home.keep()
    with home.db.reading() as transaction:
        before = transaction.trace(home.id, trace)
    home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))
    home.keep()
    with home.db.reading() as transaction:
        slots = [row.slot for row in transaction.traces(home.id, tuple(TraceKind))]
    assert before is not None
    assert before.slot in slots


def test_an_unknown_recording_is_said_to_be_unknown(home: Home) -> None:
    with pytest.raises(NoSuchTrace):
        home.forgetter.forget(home.id, Scope(recordings=frozenset([new_trace_id()])))


def test_the_house_refuses_to_start_while_a_place_is_unanswered(home: Home) -> None:
    with pytest.raises(HolderUnanswered, match="payloads"):
        Forgetter(
            database=home.db,
            keeper=home.roots,
            ledger=home.ledger,
            holders=[home.conversation],
            learned=home.learned,
            clock=home.clock,
        )


def test_a_missing_root_is_said_plainly_and_nothing_is_destroyed(home: Home) -> None:
    home.keep()
    empty = FileRootKeeper(home.settings.house / "elsewhere")
    with pytest.raises(RootGone, match="root"):
        Home(home.settings, keeper=empty).forgetter.resume(home.id)
    assert len(home.roots.ids()) == 1


def test_receipts_of_one_household_have_nothing_in_common(home: Home) -> None:
    receipts = [
        home.forgetter.forget(home.id, Scope(recordings=frozenset([home.keep()])))
        for _ in range(20)
    ]
    for field in ("id", "subject", "items_root"):
        assert len({receipt.statement[field] for receipt in receipts}) == len(receipts)
    assert all(home.id.hex() not in json.dumps(dict(r.statement)) for r in receipts)


def test_a_crash_while_keeping_leaves_noise_that_is_swept_later(home: Home) -> None:
    kept, lost = home.keep(), new_trace_id()
    home.blobs.put(home.id, lost, b"a body without its head")
    (put_at,) = (at for trace, at in home.blobs.all(home.id) if trace == lost)
    assert home.catalogue.orphans(put_at) == []
    assert home.catalogue.orphans(put_at + timedelta(hours=2)) == [lost]
    assert home.catalogue.sweep_orphans(put_at + timedelta(hours=2)) == 1
    assert [trace for trace, _ in home.blobs.all(home.id)] == [kept]


def test_a_crash_while_a_payload_is_written_leaves_nothing_for_long(home: Home) -> None:
    kept, lost = home.keep(), new_trace_id()
    folder = home.settings.payload_folder
    writer = obstore.open_writer(
        LocalStore(folder), payload_name(home.id, lost), buffer_size=1, max_concurrency=1
    )
    writer.write(b"half a bo")  # never closed: a crash
    writer.flush()
    (part,) = folder.rglob("*#*")
    assert home.blobs.has(home.id, lost)
    (put_at,) = (at for trace, at in home.blobs.all(home.id) if trace == lost)
    assert home.catalogue.sweep_orphans(put_at + timedelta(hours=2)) == 1
    assert not part.exists()
    assert [trace for trace, _ in home.blobs.all(home.id)] == [kept]


def _key_pages(home: Home) -> list[tuple[int, int, SealedPage]]:
    rows = home.sql("SELECT level, page_index, epoch, sealed FROM key_page")
    return [(level, index, SealedPage(epoch, sealed)) for level, index, epoch, sealed in rows]


def _keys(home: Home, traces: list[TraceId]) -> dict[TraceId, tuple[int, bytes]]:
    with home.db.reading() as transaction:
        tree = open_tree(transaction, home.roots)
        rows = [row for trace in traces if (row := transaction.trace(home.id, trace))]
        return {row.id: (row.slot, tree.key(row.slot)) for row in rows}


def test_every_backup_ever_made_and_todays_root_reach_no_forgotten_key(home: Home) -> None:
    traces = [home.keep() for _ in range(12)]
    keys = _keys(home, traces)
    backups = _key_pages(home)
    for trace in traces[:6]:
        home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))
        backups += _key_pages(home)
    with home.db.reading() as transaction:
        current = transaction.current_root()
    found = reachable_keys(current.tree_id, backups, [home.roots.get(current.root_id)])
    for trace in traces[:6]:
        slot, key = keys[trace]
        assert key not in found[slot]
    for trace in traces[6:]:
        slot, key = keys[trace]
        assert key in found[slot]
