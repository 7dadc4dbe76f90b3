"""Keys are written and read as age does, and no message repeats one."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unhear.keep.age import AgeError, Identity, KeyMistyped, Recipient, seal
from unhear.keep.age.bech32 import ALPHABET, _expanded, _polymod, encode

SECRETS = st.binary(min_size=32, max_size=32)
IDENTITY = Identity(bytes(range(32)))
WRITTEN = IDENTITY.reveal()


def test_the_specification_s_own_example() -> None:
    identity = Identity.parse(
        "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
    )
    assert identity.secret == b"B" * 32
    written = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
    assert str(identity.recipient) == written
    assert Recipient.parse(written) == identity.recipient


@given(SECRETS)
@settings(max_examples=50, deadline=None)
def test_keys_survive_writing(secret: bytes) -> None:
    identity = Identity(secret)
    assert Identity.parse(identity.reveal()) == identity
    assert Recipient.parse(str(identity.recipient)) == identity.recipient
    for shown in (repr(identity), str(identity), f"{identity!r:s}"):
        assert identity.reveal() not in shown
        assert secret.hex() not in shown


@given(
    st.integers(0, len(WRITTEN) - 1),
    st.sampled_from(ALPHABET.upper() + "1bio- \N{KELVIN SIGN}\N{LATIN SMALL LETTER LONG S}"),
)
def test_one_mistyped_character_is_refused_and_never_repeated(place: int, typed: str) -> None:
    mistyped = WRITTEN[:place] + typed + WRITTEN[place + 1 :]
    if mistyped == WRITTEN:
        return
    with pytest.raises(KeyMistyped) as caught:
        Identity.parse(mistyped)
    assert not any(mistyped[at : at + 8] in str(caught.value) for at in range(16, len(WRITTEN) - 7))
    assert caught.value.__context__ is None


def test_letters_that_only_look_like_a_key_s_are_refused() -> None:
    for kelvin in (WRITTEN.replace("K", "\N{KELVIN SIGN}", 1), WRITTEN.lower()):
        with pytest.raises(KeyMistyped):
            Identity.parse(kelvin)
    mixed = str(IDENTITY.recipient)[:-1] + str(IDENTITY.recipient)[-1].upper()
    mixed = "A" + mixed[1:]
    with pytest.raises(KeyMistyped, match="mix"):
        Recipient.parse(mixed)


def test_neighbours_swapped_are_refused() -> None:
    written = str(IDENTITY.recipient)
    for at, (left, right) in enumerate(pairwise(written)):
        if left != right:
            with pytest.raises(KeyMistyped):
                Recipient.parse(written[:at] + right + left + written[at + 2 :])


@given(st.text(max_size=80))
def test_any_other_text_is_refused(text: str) -> None:
    for parse in (Recipient.parse, Identity.parse):
        with pytest.raises(AgeError):
            parse(text)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_keys_of_another_length_are_refused(length: int) -> None:
    with pytest.raises(KeyMistyped):
        Recipient.parse(encode("age", bytes(length)))
    with pytest.raises(KeyMistyped):
        Identity.parse(encode("age-secret-key-", bytes(length)).upper())
    with pytest.raises(KeyMistyped):
        Recipient.parse(encode("age1pq", bytes(32)))


def test_a_key_is_written_in_one_way_only() -> None:
    """The last character of 32 bytes carries four bits too many; they must be zero."""
    values = [ALPHABET.index(letter) for letter in str(IDENTITY.recipient)[4:-6]]
    for spare_bits in range(1, 16):
        odd = [*values[:-1], values[-1] | spare_bits]
        checksum = _polymod([*_expanded("age"), *odd, *[0] * 6]) ^ 1
        odd += [checksum >> 5 * (5 - place) & 31 for place in range(6)]
        with pytest.raises(KeyMistyped, match="length"):
            Recipient.parse("age1" + "".join(ALPHABET[value] for value in odd))


def test_a_recipient_of_low_order_is_refused() -> None:
    with pytest.raises(KeyMistyped, match="low order"):
        seal(b"", [Recipient(bytes(32))])
