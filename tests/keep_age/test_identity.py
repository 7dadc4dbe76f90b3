"""The household's identity opens with the passphrase or the recovery phrase, and nothing else."""

import json
import unicodedata
from base64 import b64decode, b64encode
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mnemonic import Mnemonic

from unhear.household.words import HouseholdId
from unhear.keep import identity as module
from unhear.keep.age import Identity
from unhear.keep.identity import (
    IdentityDamaged,
    IdentityError,
    PassphraseTooShort,
    WrappedIdentity,
    WrongPassphrase,
    WrongRecoveryPhrase,
    new_identity,
)

HOUSEHOLD = HouseholdId(bytes(range(16)))
PASSPHRASE = "a few plain words"
WORDS = Mnemonic("english").wordlist


@given(st.text(min_size=8, max_size=40), st.binary(max_size=16).map(HouseholdId))
@settings(max_examples=40, deadline=None)
def test_either_way_opens_the_same_identity(passphrase: str, household: HouseholdId) -> None:
    if len(passphrase.strip()) < 8:
        return
    wrapped, phrase = new_identity(household, passphrase)
    again = WrappedIdentity.from_bytes(wrapped.to_bytes())
    assert again == wrapped
    opened = again.open_with_passphrase(passphrase)
    assert opened.recipient == wrapped.recipient
    assert again.open_with_recovery_phrase(f"  {phrase.upper()}\n") == opened
    assert again.open_with_recovery_phrase(phrase.replace(" ", " \t\n ")) == opened


def test_what_is_stored_holds_no_secret() -> None:
    wrapped, phrase = new_identity(HOUSEHOLD, PASSPHRASE)
    opened = wrapped.open_with_passphrase(PASSPHRASE)
    entropy = bytes(Mnemonic("english").to_entropy(phrase))
    stored = wrapped.to_bytes() + repr(wrapped).encode()
    for secret in (opened.secret, entropy, PASSPHRASE.encode(), phrase.encode()):
        for written in (secret, b64encode(secret), secret.hex().encode()):
            assert written not in stored
    assert opened.reveal().encode() not in stored


def test_two_wrappings_have_nothing_in_common() -> None:
    first, phrase = new_identity(HOUSEHOLD, PASSPHRASE)
    second, other_phrase = new_identity(HOUSEHOLD, PASSPHRASE)
    assert first.recipient != second.recipient
    assert first.by_passphrase is not None
    assert second.by_passphrase is not None
    assert first.by_passphrase.salt != second.by_passphrase.salt
    assert phrase != other_phrase
    assert len(phrase.split()) == 12
    assert len(first.by_recovery.wrapped) == len(first.by_passphrase.wrapped) == 12 + 32 + 16


def test_a_new_passphrase_replaces_the_old_one() -> None:
    wrapped, phrase = new_identity(HOUSEHOLD, PASSPHRASE)
    opened = wrapped.open_with_recovery_phrase(phrase)
    changed = wrapped.with_new_passphrase(opened, "other plain words")
    assert changed.open_with_passphrase("other plain words") == opened
    assert changed.open_with_recovery_phrase(phrase) == opened
    with pytest.raises(WrongPassphrase):
        changed.open_with_passphrase(PASSPHRASE)
    with pytest.raises(PassphraseTooShort):
        wrapped.with_new_passphrase(opened, "short")
    with pytest.raises(ValueError, match="own identity"):
        wrapped.with_new_passphrase(Identity.generate(), "other plain words")


@given(st.text(max_size=40))
@settings(max_examples=40, deadline=None)
def test_no_other_passphrase_opens_it(typed: str) -> None:
    wrapped, _ = new_identity(HOUSEHOLD, PASSPHRASE)
    with pytest.raises(WrongPassphrase, match="recovery phrase") as caught:
        wrapped.open_with_passphrase(typed)
    message = str(caught.value)
    for almost in (PASSPHRASE + " ", PASSPHRASE.upper(), PASSPHRASE[:-1]):
        with pytest.raises(WrongPassphrase) as caught:
            wrapped.open_with_passphrase(almost)
        assert str(caught.value) == message


def test_a_passphrase_opens_from_every_keyboard() -> None:
    typed = "grün wie café"
    for made in ("NFC", "NFD"):
        wrapped, _ = new_identity(HOUSEHOLD, unicodedata.normalize(made, typed))
        for used in ("NFC", "NFD"):
            wrapped.open_with_passphrase(unicodedata.normalize(used, typed))
    not_text = b"latin-1 \xfc\xe9\xe8".decode(errors="surrogateescape")
    wrapped, _ = new_identity(HOUSEHOLD, not_text)
    wrapped.open_with_passphrase(not_text)


@pytest.mark.parametrize("passphrase", ["", "short", " " * 20, "  seven77  "])
def test_a_short_passphrase_is_refused(passphrase: str) -> None:
    with pytest.raises(PassphraseTooShort, match="at least 8 characters") as caught:
        new_identity(HOUSEHOLD, passphrase)
    assert not passphrase.strip() or passphrase.strip() not in str(caught.value)


def _refused(wrapped: WrappedIdentity, words: list[str]) -> str:
    with pytest.raises(WrongRecoveryPhrase) as caught:
        wrapped.open_with_recovery_phrase(" ".join(words))
    assert caught.value.__context__ is None
    return str(caught.value)


@given(st.integers(0, 11), st.sampled_from(["xyzzy", "abandn", "zoo1", "żółw", "12"]))
@settings(max_examples=20, deadline=None)
def test_a_word_that_is_none_is_named_by_its_number_alone(place: int, typed: str) -> None:
    wrapped, phrase = new_identity(HOUSEHOLD, PASSPHRASE)
    words = phrase.split()
    message = _refused(wrapped, [*words[:place], typed, *words[place + 1 :]])
    assert message == f"word {place + 1} is not one that recovery phrases use"


@given(st.integers(0, 11), st.sampled_from(WORDS))
@settings(max_examples=40, deadline=None)
def test_another_word_is_refused_and_none_is_repeated(place: int, typed: str) -> None:
    wrapped, phrase = new_identity(HOUSEHOLD, PASSPHRASE)
    words = phrase.split()
    if words[place] == typed:
        return
    words[place] = typed
    assert _refused(wrapped, words) in {
        "the words do not belong together; check their order",
        "this recovery phrase is of another household",
    }


def test_a_phrase_of_another_length_or_household_is_refused() -> None:
    wrapped, phrase = new_identity(HOUSEHOLD, PASSPHRASE)
    words = phrase.split()
    for wrong in ([], words[:11], [*words, words[0]], words * 2):
        assert "12 words" in _refused(wrapped, wrong)
    _, foreign = new_identity(HOUSEHOLD, PASSPHRASE)
    assert "another household" in _refused(wrapped, foreign.split())


def _stored(wrapped: WrappedIdentity, **fields: object) -> bytes:
    return json.dumps(json.loads(wrapped.to_bytes()) | fields).encode()


def test_it_opens_for_its_own_household_only() -> None:
    wrapped, phrase = new_identity(HOUSEHOLD, PASSPHRASE)
    moved = WrappedIdentity.from_bytes(_stored(wrapped, household=bytes(16).hex()))
    with pytest.raises(WrongPassphrase):
        moved.open_with_passphrase(PASSPHRASE)
    with pytest.raises(WrongRecoveryPhrase):
        moved.open_with_recovery_phrase(phrase)


def test_recordings_sealed_to_a_stranger_are_noticed() -> None:
    wrapped, phrase = new_identity(HOUSEHOLD, PASSPHRASE)
    stranger = str(Identity.generate().recipient)
    swapped = WrappedIdentity.from_bytes(_stored(wrapped, recipient=stranger))
    with pytest.raises(IdentityDamaged, match="not this household's"):
        swapped.open_with_passphrase(PASSPHRASE)
    with pytest.raises(IdentityDamaged, match="not this household's"):
        swapped.open_with_recovery_phrase(phrase)


def test_only_what_was_written_is_read() -> None:
    wrapped, _ = new_identity(HOUSEHOLD, PASSPHRASE)
    stored = wrapped.to_bytes()
    fields: list[dict[str, object]] = [
        {"v": 2}, {"v": "1"}, {"v": True},
        {"household": 5}, {"household": HOUSEHOLD.hex().upper()}, {"household": "xyz"},
        {"recipient": 5}, {"recipient": "age1qqqq"}, {"recipient": str(wrapped.recipient).upper()},
        {"scrypt_log_n": 0}, {"scrypt_log_n": 64}, {"scrypt_log_n": "4"},
        {"scrypt_log_n": True}, {"scrypt_log_n": 4.0},
        {"scrypt_salt": ""}, {"scrypt_salt": 5}, {"by_passphrase": "é"},
        {"by_passphrase": b64encode(wrapped.by_recovery.wrapped[1:]).decode()},
        {"by_recovery": b64encode(wrapped.by_recovery.wrapped + b"x").decode()},
        {"passphrase_verifier": ""}, {"recovery_verifier": None}, {"by_passphrase": None},
        {"more": 1},
    ]  # fmt: skip
    damaged = [_stored(wrapped, **field) for field in fields]
    damaged += [b"", b"{}", b"[1]", b"null", b'"text"', b"\xff", b"[" * 200_000]
    damaged += [stored[:-9], stored + b"\n", stored.replace(b'{"v": 1', b'{"v": 1, "v": 1')]
    written = json.loads(stored)
    damaged += [
        json.dumps({k: v for k, v in written.items() if k != left_out}).encode()
        for left_out in written
    ]
    for content in damaged:
        with pytest.raises(IdentityDamaged, match="restore") as caught:
            WrappedIdentity.from_bytes(content)
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


def changed_verifier(read: WrappedIdentity, wrapped: WrappedIdentity) -> bool:
    """Whether a proof is not recognised any more; what it verifies opens nothing by itself."""
    assert wrapped.by_passphrase is not None
    assert read.by_passphrase is not None
    return (read.by_passphrase.verifier, read.by_recovery.verifier) != (
        wrapped.by_passphrase.verifier,
        wrapped.by_recovery.verifier,
    )


def test_a_proof_is_recognised_and_opens_nothing() -> None:
    wrapped, phrase = new_identity(HOUSEHOLD, PASSPHRASE)
    assert wrapped.by_passphrase is not None
    salt, log_n = wrapped.by_passphrase.salt, wrapped.by_passphrase.log_n
    key = module._stretched(PASSPHRASE, salt, log_n)
    proof = module._derived(key, module.PASSPHRASE_PROOF)
    entropy = bytes(Mnemonic("english").to_entropy(phrase))
    recovery_proof = module._derived(entropy, module.RECOVERY_PROOF)
    assert wrapped.knows_passphrase(proof)
    assert wrapped.knows_recovery_phrase(recovery_proof)
    assert not wrapped.knows_passphrase(recovery_proof)
    assert not wrapped.knows_recovery_phrase(proof)
    assert wrapped._unwrapped(proof, wrapped.by_passphrase.wrapped, "passphrase") is None
    assert wrapped._unwrapped(recovery_proof, wrapped.by_recovery.wrapped, "recovery") is None
    for verifier in (wrapped.by_passphrase.verifier, wrapped.by_recovery.verifier):
        assert not wrapped.knows_passphrase(verifier)
        assert not wrapped.knows_recovery_phrase(verifier)


def test_a_household_may_have_no_passphrase() -> None:
    wrapped, phrase = new_identity(HOUSEHOLD, PASSPHRASE)
    without = replace(wrapped, by_passphrase=None)
    assert WrappedIdentity.from_bytes(without.to_bytes()) == without
    opened = without.open_with_recovery_phrase(phrase)
    with pytest.raises(WrongPassphrase, match="passkey"):
        without.open_with_passphrase(PASSPHRASE)
    changed = without.with_new_passphrase(opened, PASSPHRASE)
    assert changed.open_with_passphrase(PASSPHRASE) == opened


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_changed_byte_opens_nothing_else(data: st.DataObject) -> None:
    wrapped, phrase = new_identity(HOUSEHOLD, PASSPHRASE)
    stored = wrapped.to_bytes()
    place = data.draw(st.integers(0, len(stored) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = stored[:place] + bytes([stored[place] ^ flip]) + stored[place + 1 :]
    try:
        read = WrappedIdentity.from_bytes(changed)
    except IdentityDamaged:
        return
    opened = wrapped.open_with_passphrase(PASSPHRASE)
    if changed_verifier(read, wrapped):
        return
    results: list[Identity | None] = []
    for attempt, secret in (
        (read.open_with_passphrase, PASSPHRASE),
        (read.open_with_recovery_phrase, phrase),
    ):
        try:
            results.append(attempt(secret))
        except IdentityError:
            results.append(None)
    assert None in results
    assert set(results) <= {None, opened}


def test_the_two_ways_cannot_stand_in_for_each_other() -> None:
    wrapped, phrase = new_identity(HOUSEHOLD, PASSPHRASE)
    fields = json.loads(wrapped.to_bytes())
    swapped = WrappedIdentity.from_bytes(
        _stored(wrapped, by_passphrase=fields["by_recovery"], by_recovery=fields["by_passphrase"])
    )
    with pytest.raises(WrongPassphrase):
        swapped.open_with_passphrase(PASSPHRASE)
    with pytest.raises(WrongRecoveryPhrase):
        swapped.open_with_recovery_phrase(phrase)
    assert b64decode(fields["by_recovery"]) == wrapped.by_recovery.wrapped


def test_the_stored_cost_is_the_one_used(monkeypatch: pytest.MonkeyPatch) -> None:
    wrapped, _ = new_identity(HOUSEHOLD, PASSPHRASE)
    monkeypatch.setattr(module, "SCRYPT_LOG_N", 6)
    opened = WrappedIdentity.from_bytes(wrapped.to_bytes()).open_with_passphrase(PASSPHRASE)
    dearer = wrapped.with_new_passphrase(opened, PASSPHRASE)
    assert wrapped.by_passphrase is not None
    assert dearer.by_passphrase is not None
    assert (wrapped.by_passphrase.log_n, dearer.by_passphrase.log_n) == (4, 6)
    assert dearer.open_with_passphrase(PASSPHRASE) == opened
