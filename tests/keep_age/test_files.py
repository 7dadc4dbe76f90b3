"""Whatever is sealed opens again, whole or in parts; whatever is changed does not."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from unhear.keep.age import (
    AgeError,
    Identity,
    NotForThisIdentity,
    PayloadReader,
    Recipient,
    decrypt,
    encrypt,
    rewrap,
    seal,
    split,
)
from unhear.keep.age.files import file_key_of
from unhear.keep.age.payload import CHUNK_BYTES

IDENTITY, OTHER = Identity.generate(), Identity.generate()
SIZES = st.one_of(
    st.integers(0, 100),
    st.builds(lambda n, d: n * CHUNK_BYTES + d, st.integers(1, 2), st.integers(-1, 1)),
)


def _sound(size: int) -> bytes:
    return bytes(range(256)) * (size // 256) + bytes(range(size % 256))


@given(SIZES)
@settings(max_examples=30, deadline=None)
def test_every_size_round_trips_whole_and_detached(size: int) -> None:
    plaintext = _sound(size)
    header, payload = seal(plaintext, [IDENTITY.recipient, OTHER.recipient])
    for identity in (IDENTITY, OTHER):
        assert decrypt(header + payload, [identity]) == plaintext
    assert split(header + payload) == (header, payload)


@given(SIZES, st.data())
@settings(max_examples=50, deadline=None)
def test_any_part_reads_like_a_slice(size: int, data: st.DataObject) -> None:
    plaintext = _sound(size)
    header, payload = seal(plaintext, [IDENTITY.recipient])
    offset, length = data.draw(st.integers(0, size + 5)), data.draw(st.integers(0, size + 5))
    touched: list[int] = []

    def read_at(start: int, count: int) -> bytes:
        touched.append(count)
        return payload[start : start + count]

    reader = PayloadReader(file_key_of(header, [IDENTITY]), len(payload), read_at)
    opened = len(touched)
    assert reader.length == size
    assert reader.read(offset, length) == plaintext[offset : offset + length]
    assert len(touched) - opened <= length // CHUNK_BYTES + 2


def test_another_header_opens_the_same_payload_for_somebody_else() -> None:
    header, payload = seal(b"for the family", [IDENTITY.recipient])
    granted = rewrap(header, IDENTITY, [OTHER.recipient])
    assert decrypt(granted + payload, [OTHER]) == b"for the family"
    with pytest.raises(NotForThisIdentity):
        decrypt(granted + payload, [IDENTITY])
    foreign, _ = seal(b"for the family", [IDENTITY.recipient])
    with pytest.raises(AgeError):
        decrypt(foreign + payload, [IDENTITY])


@given(st.data())
@example(None)
@settings(max_examples=150, deadline=None)
def test_nothing_changed_cut_or_added_opens(data: st.DataObject | None) -> None:
    file = encrypt(_sound(CHUNK_BYTES + 10), [IDENTITY.recipient])
    if data is None:
        damaged = file + b"\0"
    elif data.draw(st.booleans()):
        damaged = file[: data.draw(st.integers(0, len(file) - 1))]
    else:
        near_the_header = st.integers(0, 300)
        place = data.draw(st.one_of(near_the_header, st.integers(0, len(file) - 1)))
        flip = data.draw(st.integers(1, 255))
        damaged = file[:place] + bytes([file[place] ^ flip]) + file[place + 1 :]
    with pytest.raises(AgeError):
        decrypt(damaged, [IDENTITY])


def test_chunks_cannot_be_swapped() -> None:
    header, payload = seal(_sound(3 * CHUNK_BYTES), [IDENTITY.recipient])
    size = CHUNK_BYTES + 16
    first, second = payload[16 : 16 + size], payload[16 + size : 16 + 2 * size]
    swapped = payload[:16] + second + first + payload[16 + 2 * size :]
    with pytest.raises(AgeError):
        decrypt(header + swapped, [IDENTITY])


@given(st.text(max_size=80))
def test_mistyped_keys_are_refused_and_never_repeated(text: str) -> None:
    for parse in (Recipient.parse, Identity.parse):
        with pytest.raises(AgeError) as caught:
            parse(text)
        assert len(text) < 20 or text not in str(caught.value)


def test_keys_survive_writing() -> None:
    assert Recipient.parse(str(IDENTITY.recipient)) == IDENTITY.recipient
    assert Identity.parse(IDENTITY.reveal()) == IDENTITY
    assert IDENTITY.reveal() not in repr(IDENTITY)
    mistyped = str(IDENTITY.recipient)[:-1] + ("q" if str(IDENTITY.recipient)[-1] != "q" else "p")
    with pytest.raises(AgeError):
        Recipient.parse(mistyped)
