"""The household's identity opens with the passphrase or the recovery phrase, and nothing else."""

import pytest

from unhear.household.words import HouseholdId
from unhear.keep.identity import (
    IdentityDamaged,
    PassphraseTooShort,
    WrappedIdentity,
    WrongPassphrase,
    WrongRecoveryPhrase,
    new_identity,
)

HOUSEHOLD = HouseholdId(bytes(range(16)))
PASSPHRASE = "a few plain words"


def test_either_way_opens_the_same_identity() -> None:
    wrapped, phrase = new_identity(HOUSEHOLD, PASSPHRASE)
    again = WrappedIdentity.from_bytes(wrapped.to_bytes())
    identity = again.open_with_passphrase(PASSPHRASE)
    assert identity.recipient == wrapped.recipient
    assert again.open_with_recovery_phrase(f"  {phrase.upper()}\n") == identity
    assert identity.secret not in wrapped.to_bytes()


def test_a_new_passphrase_replaces_the_old_one() -> None:
    wrapped, phrase = new_identity(HOUSEHOLD, PASSPHRASE)
    identity = wrapped.open_with_recovery_phrase(phrase)
    changed = wrapped.with_new_passphrase(identity, "other plain words")
    assert changed.open_with_passphrase("other plain words") == identity
    assert changed.open_with_recovery_phrase(phrase) == identity
    with pytest.raises(WrongPassphrase):
        changed.open_with_passphrase(PASSPHRASE)


def test_wrong_phrases_are_refused_without_repeating_them() -> None:
    wrapped, phrase = new_identity(HOUSEHOLD, PASSPHRASE)
    words = phrase.split()
    with pytest.raises(WrongRecoveryPhrase, match="word 3") as caught:
        wrapped.open_with_recovery_phrase(" ".join([*words[:2], "xyzzy", *words[3:]]))
    assert "xyzzy" not in str(caught.value)
    with pytest.raises(WrongRecoveryPhrase, match="12 words"):
        wrapped.open_with_recovery_phrase(" ".join(words[:11]))
    _, foreign = new_identity(HOUSEHOLD, PASSPHRASE)
    with pytest.raises(WrongRecoveryPhrase):
        wrapped.open_with_recovery_phrase(foreign)
    with pytest.raises(PassphraseTooShort, match="8 characters"):
        new_identity(HOUSEHOLD, "short")


def test_it_opens_for_its_own_household_only() -> None:
    wrapped, phrase = new_identity(HOUSEHOLD, PASSPHRASE)
    moved = wrapped.to_bytes().replace(HOUSEHOLD.hex().encode(), bytes(16).hex().encode())
    with pytest.raises(WrongPassphrase):
        WrappedIdentity.from_bytes(moved).open_with_passphrase(PASSPHRASE)
    for damaged in (b"", b"{}", b"[1]", wrapped.to_bytes()[:-9]):
        with pytest.raises(IdentityDamaged):
            WrappedIdentity.from_bytes(damaged)
    assert len(phrase.split()) == 12
