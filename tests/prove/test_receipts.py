"""Receipts verify offline with the log's public key, and no changed receipt does."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.prove.memory import (
    OTHER_WITNESS,
    SIGNER,
    WITNESS,
    Files,
    MemoryLog,
    erasure,
    receipt,
    salt,
    signer,
    thing,
)
from unhear.prove.claims import ConsentGiven, LogKey
from unhear.prove.errors import ProofError, ProofMalformed, ProofWrong
from unhear.prove.ledger import Ledger
from unhear.prove.notes import KeyKind, VerifierKey
from unhear.prove.opening import Disclosure, Opening
from unhear.prove.receipt import Receipt, Verdict, verify
from unhear.prove.statement import Committed, Statement, commit, statement_bytes, statement_of

GOLDEN = Path(__file__).parent / "golden"
KEY = SIGNER.verifier


def _issued(statement: Statement, opening: Opening | None = None) -> Receipt:
    log, ledger = MemoryLog(), Ledger(SIGNER, Files())
    return ledger.receipt(log, ledger.append(log, statement), statement, opening)


def _with(change: Callable[[dict[str, Any]], object]) -> str:
    fields = json.loads(receipt().to_json())
    change(fields)
    return json.dumps(fields)


@given(st.integers(0, 12), st.integers(0, 40))
@settings(max_examples=40, deadline=None)
def test_a_receipt_verifies_from_its_text_alone(items: int, before: int) -> None:
    read = Receipt.from_json(receipt(items, before).to_json())
    verdict = verify(read, VerifierKey.parse(str(KEY)))
    assert verdict.inclusion.index == before
    assert read.to_json() == receipt(items, before).to_json()


@pytest.mark.parametrize("name", ["receipt", "disclosure"])
def test_the_format_does_not_change_by_itself(name: str) -> None:
    golden = GOLDEN / f"{name}.json"
    made = {"receipt": receipt(), "disclosure": receipt().disclosing(thing(1))}[name]
    assert made.to_json() == golden.read_text()
    verify(Receipt.from_json(golden.read_bytes()), KEY)


def _same_or_refused(changed: bytes) -> None:
    try:
        verdict = verify(Receipt.from_json(changed), KEY, [WITNESS.verifier])
    except ProofError:
        return
    assert statement_bytes(verdict.statement) == statement_bytes(receipt().statement)


@pytest.mark.parametrize("name", ["receipt", "disclosure"])
def test_no_byte_can_be_changed_to_say_something_else(name: str) -> None:
    original = (GOLDEN / f"{name}.json").read_bytes()
    for place, byte in enumerate(original):
        before, after = original[:place], original[place + 1 :]
        for change in (b"", bytes([byte ^ 1]), bytes([byte ^ 0x80]), bytes([byte, byte])):
            _same_or_refused(before + change + after)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_receipt_cut_and_pasted_says_the_same_or_is_refused(data: st.DataObject) -> None:
    original = (GOLDEN / "receipt.json").read_bytes()
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(original))] * 2)))
    middle = data.draw(st.binary(max_size=6) | st.just(original[start:end] * 2))
    _same_or_refused(original[:start] + middle + original[end:])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    st.sampled_from(["format", "statement", "proof", "opening", "something else"]),
)
def test_any_json_is_refused_with_one_kind_of_error(value: object, name: str) -> None:
    for text in (json.dumps(value), _with(lambda fields: fields.update({name: value}))):
        with pytest.raises(ProofMalformed):
            Receipt.from_json(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"kind": "erasure"', '"kind": "consent", "kind": "erasure"'),
        ('"epoch_from": 4', '"epoch_from": 4.0'),
        ('"epoch_from": 4', '"epoch_from": NaN'),
        ('"epoch_from": 4', '"epoch_from": ' + "9" * 5000),
        ('"epoch_from": 4', '"epoch_from": ' + "[" * 100_000),
        ('"item": "4', '"item": " 4'),
        ('"salt": "b407', '"salt": "B407'),
        ('"salt": "b407', '"salt": "'),
        ("index 5\\n", "index 05\\n"),
        ("unhear.local/test\\n7", "unhear.local/test\\n7\\n\\ud800"),
        ("{", "\ufeff{"),
    ],
)
def test_json_that_others_could_read_otherwise_is_refused(old: str, new: str) -> None:
    text = receipt().to_json()
    assert old in text
    changed = text.replace(old, new, 1)
    with pytest.raises(ProofError):
        verify(Receipt.from_json(changed), KEY)
    with pytest.raises(ProofError):
        Receipt.from_json(changed.encode("utf-16"))


def test_a_receipt_by_another_key_or_log_is_refused() -> None:
    for name, seed in ((SIGNER.name, b"x" * 32), ("unhear.local/other", b"x" * 32)):
        with pytest.raises(ProofWrong):
            verify(receipt(), signer(name, KeyKind.ED25519, seed).verifier)
    renamed = replace(KEY, name="unhear.local/other")
    with pytest.raises(ProofWrong):
        verify(receipt(), renamed)


def test_a_log_cannot_sign_for_another_origin() -> None:
    other = signer("unhear.local/other", KeyKind.ED25519, b"o" * 32)
    genuine = receipt()
    again = other.sign(genuine.proof.checkpoint.text)
    with pytest.raises(ProofWrong, match="another log"):
        verify(replace(genuine, proof=replace(genuine.proof, checkpoint=again)), other.verifier)


def test_a_statement_or_place_that_was_changed_is_refused() -> None:
    genuine = receipt()
    for changed in (
        replace(genuine, statement={**genuine.statement, "epoch_to": 6}),
        replace(genuine, proof=replace(genuine.proof, index=4)),
        replace(genuine, proof=replace(genuine.proof, hashes=genuine.proof.hashes[:-1])),
    ):
        with pytest.raises(ProofWrong):
            verify(changed, KEY)


def test_an_opening_of_something_else_is_refused() -> None:
    genuine = receipt()
    other = erasure(3, salts=50)[1]
    mine = genuine.opening
    assert isinstance(mine, Opening)
    for opening in (
        other,
        Opening(mine.subject, other.items),
        Opening(other.subject, mine.items),
        Opening(mine.subject, mine.items[:2]),
        Opening(mine.subject, mine.items * 4),
    ):
        with pytest.raises(ProofWrong):
            verify(replace(genuine, opening=opening), KEY)
    verify(replace(genuine, opening=None), KEY)
    statement, opening = erasure(3)
    with pytest.raises(ProofWrong, match="number"):
        verify(_issued({**statement, "count": "10-99"}, opening), KEY)


@given(st.integers(1, 40), st.data())
@settings(deadline=None)
def test_one_item_can_be_shown_without_the_others(items: int, data: st.DataObject) -> None:
    whole = receipt(items, 0)
    item = thing(data.draw(st.integers(0, items - 1)))
    shown = whole.disclosing(item)
    text = shown.to_json()
    verdict = verify(Receipt.from_json(text), KEY)
    assert any(item.hex() in sentence for sentence in verdict.proves)
    assert isinstance(whole.opening, Opening)
    assert whole.opening.subject.salt.hex() not in text
    others = [other for other in whole.opening.items if other.item != item]
    assert not [other for other in others if other.salt.hex() in text or other.item.hex() in text]


def test_a_disclosure_of_something_else_is_refused() -> None:
    genuine = receipt().disclosing(thing(1))
    shown = genuine.opening
    assert isinstance(shown, Disclosure)
    for changed in (
        replace(shown, item=Committed(thing(1), salt(99))),
        replace(shown, item=Committed(thing(7), shown.item.salt)),
        replace(shown, index=shown.index ^ 1),
        replace(shown, size=1, index=0, path=()),
        replace(shown, path=shown.path[::-1] + shown.path[:1]),
    ):
        with pytest.raises(ProofWrong):
            verify(replace(genuine, opening=changed), KEY)
    for closed in (genuine, replace(genuine, opening=None)):
        with pytest.raises(ProofWrong, match="does not hold"):
            closed.disclosing(thing(2))


def test_witnesses_are_named_and_a_false_one_is_refused() -> None:
    genuine = receipt()
    noon = 1_800_000_000
    note = OTHER_WITNESS.cosign(WITNESS.cosign(genuine.proof.checkpoint, noon), noon - 60)
    seen = replace(genuine, proof=replace(genuine.proof, checkpoint=note))
    seen = Receipt.from_json(seen.to_json())
    verdict = verify(seen, KEY, [WITNESS.verifier, OTHER_WITNESS.verifier])
    assert len(verdict.inclusion.witnesses) == 2
    assert any("witness.example/2; first at 2027-01-15T07:59:00Z" in s for s in verdict.proves)
    assert not any("no witness you trust" in s for s in verdict.cannot_prove)
    assert any("no witness you trust" in s for s in verify(seen, KEY).cannot_prove)
    line = note.signatures[1]
    false = replace(line, signature=line.signature[:-1] + bytes([line.signature[-1] ^ 1]))
    forged = replace(note, signatures=(note.signatures[0], false))
    with pytest.raises(ProofWrong):
        verify(replace(seen, proof=replace(seen.proof, checkpoint=forged)), KEY, [WITNESS.verifier])


def _said(statement: Statement) -> Verdict:
    return verify(_issued(statement), KEY)


def test_the_verdict_says_what_an_erasure_claims_and_no_more() -> None:
    statement = erasure(3)[0]
    verdict = _said(statement)
    text = " ".join(verdict.proves)
    assert "states that 2-9 kept things (scope: recording) lost their keys" in text
    assert "epoch 4 to 5" in text
    assert "found nothing: payloads" in text
    assert "not reached: an answer already spoken" in text
    assert not [s for s in verdict.proves[1:] if not s.startswith(("Its operator states", "It "))]
    doubts = " ".join(verdict.cannot_prove)
    for doubt in (
        "nobody copied",
        "already spoken",
        "did what it states",
        "C: the file",
        "witness",
    ):
        assert doubt in doubts


def test_the_verdict_names_no_destroyed_root_where_none_was() -> None:
    verdict = _said({**erasure(0)[0], "roots_destroyed": [], "looked": [], "exceptions": []})
    text = " ".join(verdict.proves)
    assert "no key had to be destroyed" in text
    assert "destroyed the old root" not in text
    assert "found nothing" not in text


def test_the_verdict_says_when_roots_are_only_put_aside() -> None:
    until = "2026-11-30T12:00:00Z"
    verdict = _said({**erasure(3)[0], "horizon_days": 7, "backups_unreadable_by": until})
    text = " ".join(verdict.proves)
    assert f"puts the old root aside, and destroys it by {until}" in text
    assert "destroyed the old root" not in text


def test_consents_and_log_keys_have_receipts_too() -> None:
    hidden = Committed(b"x" * 16, salt(1))
    consent = ConsentGiven(
        subject=commit("subject", hidden),
        person=commit("person", hidden),
        purpose="keep",
        method="terminal",
        notice=commit("notice", hidden),
        given_at="2026-03-14T12:00:00Z",
    )
    assert any("purpose keep" in sentence for sentence in _said(statement_of(consent)).proves)
    key = statement_of(LogKey(str(KEY)))
    assert any(str(KEY) in sentence for sentence in _said(key).proves)
    with pytest.raises(ProofWrong, match="opening"):
        verify(_issued(key, erasure(1)[1]), KEY)


def test_a_key_inside_the_receipt_is_not_trusted() -> None:
    stranger = signer("unhear.local/stranger", KeyKind.ED25519, b"s" * 32)
    log, ledger = MemoryLog(), Ledger(stranger, Files())
    statement = statement_of(LogKey(str(stranger.verifier)))
    forged = ledger.receipt(log, ledger.append(log, statement), statement, None)
    verify(forged, stranger.verifier)
    with pytest.raises(ProofWrong):
        verify(forged, KEY)


def test_the_ledger_takes_no_statement_that_no_verifier_would_read() -> None:
    log, ledger = MemoryLog(), Ledger(SIGNER, Files())
    with pytest.raises(ProofMalformed):
        ledger.append(log, {**erasure(1)[0], "asked_at": "2026-03-14T12:34:56Z"})
    assert log.ledger_size() == 0
