"""The key that signs the log makes way for another; who trusts the first can follow."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.copies.houses import bring_back, lose_the_disk, new_house
from tests.home import PASSPHRASE, PLAN
from tests.prove.memory import SIGNER, WITNESS, Files, MemoryLog, erasure, signer
from unhear.house.audit import audit
from unhear.house.backup import backup
from unhear.house.house import House
from unhear.house.setup import set_up
from unhear.household.scope import Scope
from unhear.household.words import DeviceId
from unhear.prove.claims import LogKey
from unhear.prove.errors import ProofMalformed, ProofWrong
from unhear.prove.ledger import Ledger
from unhear.prove.log_keys import HANDOVERS_MAX, bundle, follow, read_bundle, verify_following
from unhear.prove.notes import KeyKind, Signer, VerifierKey
from unhear.prove.receipt import Receipt, verify
from unhear.prove.statement import statement_of
from unhear.settings import Settings
from unhear.stores import key_files, log_key
from unhear.stores.copies.target import Target
from unhear.stores.log_key import rotate_log_key

SECOND = signer(SIGNER.name, KeyKind.ED25519, b"2" * 32)
THIRD = signer(SIGNER.name, KeyKind.ED25519, b"3" * 32)
STRANGER = signer("unhear.local/stranger", KeyKind.ED25519, b"s" * 32)
SCOPES = (Scope(device=DeviceId(f"device {number}")) for number in count())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings(house=tmp_path / "house")
    set_up(found, PLAN, PASSPHRASE)
    return found


@contextmanager
def _opened(settings: Settings) -> Iterator[House]:
    house = House(settings)
    try:
        yield house
    finally:
        house.close()


def _forget(house: House) -> Receipt:
    receipt = house.forgetter.forget(house.household.id, next(SCOPES))
    house.ledger.wait()
    return receipt


def _rotate(house: House) -> VerifierKey:
    key = rotate_log_key(house.database, house.ledger, house.settings.log_key_file)
    house.ledger.wait()
    return key


def _published_keys(settings: Settings) -> tuple[Receipt, ...]:
    return read_bundle((settings.ledger_folder / "log-keys.json").read_bytes())


def _wrong(house: House) -> list[str]:
    return [f.seen for f in audit(house) if not f.ok]


def test_who_holds_the_first_key_follows_to_the_third(settings: Settings) -> None:
    with _opened(settings) as house:
        first, before = house.ledger.key, _forget(house)
        second, between = _rotate(house), _forget(house)
        third, after = _rotate(house), _forget(house)
        assert [first, second, third] == [one.key for one in follow(first, house_keys(house))]
    handovers = _published_keys(settings)
    for receipt, key in ((before, first), (between, second), (after, third)):
        assert verify(receipt, key).inclusion.index == receipt.proof.index
        verdict = verify_following(receipt, first, handovers)
        assert verdict.inclusion.index == receipt.proof.index
        assert any(f"leads to {key}" in sentence for sentence in verdict.proves) == (key != first)
    verify_following(after, second, handovers)
    for handover, key in zip(handovers, (first, second), strict=True):
        verify(handover, key)
    with pytest.raises(ProofWrong):
        verify_following(before, third, handovers)
    with pytest.raises(ProofWrong):
        verify_following(after, first, ())


def house_keys(house: House) -> list[Receipt]:
    with house.database.reading() as transaction:
        return [Receipt.from_json(receipt) for receipt in transaction.handovers()]


def test_a_house_that_changed_its_log_s_key_is_sound(settings: Settings) -> None:
    with _opened(settings) as house:
        old_seed = settings.log_key_file.read_text().split()[1]
        before = house.ledger.key
        key = _rotate(house)
        _forget(house)
        assert house.ledger.key == key != before
        assert _wrong(house) == []
    with _opened(settings) as house:
        assert house.ledger.key == key
        assert _wrong(house) == []
    left = [file.read_bytes() for file in settings.house.rglob("*") if file.is_file()]
    assert not any(old_seed.encode() in data or bytes.fromhex(old_seed) in data for data in left)
    assert {file.name for file in settings.house.glob("log.key*")} == {"log.key", "log.key.lock"}


def test_a_process_that_runs_signs_with_the_new_key_at_once(settings: Settings) -> None:
    with _opened(settings) as running, _opened(settings) as other:
        key = _rotate(other)
        verify(_forget(running), key)
        assert running.ledger.key == key


def test_a_log_key_that_was_put_back_is_found_out(settings: Settings) -> None:
    old = settings.log_key_file.read_text()
    with _opened(settings) as house:
        _rotate(house)
    settings.log_key_file.write_text(old)
    with _opened(settings) as house:
        assert any("handed over to another key" in seen for seen in _wrong(house))


def test_a_house_brought_back_from_before_the_change_still_leads_to_its_key(
    tmp_path: Path,
) -> None:
    house, target = new_house(tmp_path / "house", horizon_days=7), Target(str(tmp_path / "copy"))
    first, before = house.ledger.key, backup(house, target)
    second = _rotate(house)
    backup(house, target)
    lose_the_disk(house)
    again, _ = bring_back(house, target, at=before)
    assert _wrong(again) == []
    assert [one.key for one in follow(first, house_keys(again))] == [first, second]
    assert list(_published_keys(again.settings)) == house_keys(again)
    again.close()


class Crash(BaseException):
    """The process ends here."""


class Fuse:
    """Ends the process before its nth touch of the disk."""

    def __init__(self, touches: int) -> None:
        self.left = touches

    def burns(self, touch: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any, **named: Any) -> Any:
            if self.left == 0:
                raise Crash
            self.left -= 1
            return touch(*arguments, **named)

        return watched


def _rotate_until(house: House, touches: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Change the key with a crash before so many touches of the disk; whether it came."""
    fuse = Fuse(touches)
    with monkeypatch.context() as patched:
        for module in (log_key, key_files):
            patched.setattr(module, "sync_folder", fuse.burns(module.sync_folder))
        for name in ("replace", "unlink", "open"):
            patched.setattr(Path, name, fuse.burns(getattr(Path, name)))
        for name in ("fsync", "open"):
            patched.setattr(os, name, fuse.burns(getattr(os, name)))
        patched.setattr(house.database, "writing", fuse.burns(house.database.writing))
        patched.setattr(house.ledger, "publish_soon", fuse.burns(house.ledger.publish_soon))
        try:
            rotate_log_key(house.database, house.ledger, house.settings.log_key_file)
        except Crash:
            return True
    return False


def test_a_crash_at_any_step_leaves_a_log_that_can_be_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys_after = set()
    for touches in count():
        settings = Settings(house=tmp_path / str(touches))
        set_up(settings, PLAN, PASSPHRASE)
        with _opened(settings) as house:
            first, before = house.ledger.key, _forget(house)
            crashed = _rotate_until(house, touches, monkeypatch)
        with _opened(settings) as house:
            after = _forget(house)
            handovers = house_keys(house)
            assert _wrong(house) == []
            keys_after.add(house.ledger.key == first)
        for receipt in (before, after):
            verify_following(receipt, first, handovers)
        assert {file.name for file in settings.house.glob("log.key.*")} <= {"log.key.lock"}
        if not crashed:
            break
    assert keys_after == {True, False}
    assert touches > 8


def _chain(*links: tuple[Signer, VerifierKey]) -> list[Receipt]:
    """Answer handovers, each signed by one key and naming another, of one log."""
    log, found = MemoryLog(), []
    Ledger(SIGNER, Files()).append(log, statement_of(LogKey(str(SIGNER.verifier))))
    for by, key in links:
        Ledger(by, Files()).hand_over(log, key)
        found.append(Receipt.from_json(log.handovers()[-1]))
    return found


def test_only_the_key_that_is_followed_can_hand_over() -> None:
    good = _chain((SIGNER, SECOND.verifier), (SECOND, THIRD.verifier))
    keys = [one.key for one in follow(SIGNER.verifier, good)]
    assert keys == [SIGNER.verifier, SECOND.verifier, THIRD.verifier]
    assert [one.key for one in follow(SECOND.verifier, good)] == keys[1:]
    assert [one.key for one in follow(THIRD.verifier, good)] == keys[2:]
    assert [one.key for one in follow(SIGNER.verifier, good[1:])] == keys[:1]
    thief = _chain((THIRD, SECOND.verifier))
    assert [one.key for one in follow(SIGNER.verifier, thief)] == keys[:1]


@pytest.mark.parametrize(
    "links",
    [
        [(SIGNER, WITNESS.verifier)],
        [(SIGNER, STRANGER.verifier)],
        [(SIGNER, SIGNER.verifier)],
        [(SIGNER, SECOND.verifier), (SECOND, SIGNER.verifier)],
    ],
    ids=["a witness", "another log", "itself", "round"],
)
def test_a_handover_to_something_else_is_refused(links: list[tuple[Signer, VerifierKey]]) -> None:
    with pytest.raises(ProofWrong):
        follow(SIGNER.verifier, _chain(*links))


def test_a_changed_handover_is_refused() -> None:
    (good,) = _chain((SIGNER, SECOND.verifier))
    other = statement_of(LogKey(str(THIRD.verifier)))
    for changed in (
        replace(good, statement=other),
        replace(good, proof=replace(good.proof, index=0)),
        replace(good, statement=erasure(1)[0]),
    ):
        with pytest.raises(ProofWrong):
            follow(SIGNER.verifier, [changed])
    log, ledger = MemoryLog(), Ledger(SIGNER, Files())
    index = ledger.append(log, erasure(1)[0])
    with pytest.raises(ProofWrong, match="must name a key"):
        follow(SIGNER.verifier, [ledger.receipt(log, index, erasure(1)[0], None)])


def test_a_key_signs_nothing_from_before_it_was_named() -> None:
    log, statement = MemoryLog(), erasure(1)[0]
    index = Ledger(SIGNER, Files()).append(log, statement)
    early = Ledger(SECOND, Files()).receipt(log, index, statement, None)
    Ledger(SIGNER, Files()).hand_over(log, SECOND.verifier)
    handovers = [Receipt.from_json(log.handovers()[0])]
    with pytest.raises(ProofWrong, match="older than the key"):
        verify_following(early, SIGNER.verifier, handovers)
    verify_following(
        Ledger(SECOND, Files()).receipt(log, index, statement, None), SIGNER.verifier, handovers
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format":"unhear-log-keys/v2","handovers":[]}',
        '{"format":"unhear-log-keys/v1"}',
        '{"format":"unhear-log-keys/v1","handovers":{}}',
        '{"format":"unhear-log-keys/v1","handovers":[{}]}',
        '{"format":"unhear-log-keys/v1","handovers":[],"more":1}',
        '{"format":"unhear-log-keys/v1","handovers":[' + ",".join(["{}"] * 65) + "]}",
    ],
)
def test_a_file_of_keys_is_read_strictly(text: str) -> None:
    with pytest.raises(ProofMalformed):
        read_bundle(text)
    assert HANDOVERS_MAX == 64


def test_a_file_of_keys_is_read_as_it_was_written() -> None:
    good = _chain((SIGNER, SECOND.verifier), (SECOND, THIRD.verifier))
    assert list(read_bundle(bundle(good))) == good
