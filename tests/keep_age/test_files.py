"""Whatever is sealed opens again, whole or in parts; whatever is changed does not."""

from collections.abc import Callable
from io import BytesIO, RawIOBase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unhear.keep.age import (
    AgeError,
    Identity,
    NoRecipients,
    NotForThisIdentity,
    PayloadDamaged,
    decrypt,
    decrypt_stream,
    encrypt,
    encrypt_stream,
    open_payload,
    plaintext_length,
    rewrap,
    seal,
    seal_stream,
    split,
)
from unhear.keep.age.payload import CHUNK_BYTES, SEALED_CHUNK_BYTES

IDENTITY, OTHER = Identity.generate(), Identity.generate()
SIZES = st.one_of(
    st.integers(0, 100),
    st.builds(lambda n, d: n * CHUNK_BYTES + d, st.integers(1, 3), st.integers(-1, 1)),
)


def _sound(size: int) -> bytes:
    """Answer `size` bytes of which no two chunks are alike."""
    block = b"".join(number.to_bytes(4) for number in range(CHUNK_BYTES))
    return block[:size]


class Trickle(RawIOBase):
    """A pipe that never answers all that was asked for, and remembers how much it was."""

    def __init__(self, content: bytes) -> None:
        self._content = BytesIO(content)
        self.asked_max = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override] # any buffer, in truth
        self.asked_max = max(self.asked_max, len(buffer))
        part = self._content.read(min(len(buffer), 30_011))
        buffer[: len(part)] = part
        return len(part)


@given(SIZES)
@settings(max_examples=30, deadline=None)
def test_every_size_round_trips_whole_and_detached(size: int) -> None:
    plaintext = _sound(size)
    header, payload = seal(plaintext, [IDENTITY.recipient, OTHER.recipient])
    for identity in (IDENTITY, OTHER):
        assert decrypt(header + payload, [identity]) == plaintext
    assert split(header + payload) == (header, payload)
    assert plaintext_length(len(payload)) == size


@given(st.binary(max_size=300))
@settings(max_examples=30, deadline=None)
def test_any_bytes_round_trip(plaintext: bytes) -> None:
    file = encrypt(plaintext, [IDENTITY.recipient])
    assert decrypt(file, [OTHER, IDENTITY]) == plaintext
    assert len(plaintext) < 8 or plaintext not in split(file)[1]


@given(SIZES)
@settings(max_examples=20, deadline=None)
def test_streams_do_what_bytes_do_in_pieces(size: int) -> None:
    plaintext, payload, opened = _sound(size), BytesIO(), BytesIO()
    source = Trickle(plaintext)
    header = seal_stream(source, payload, [IDENTITY.recipient])  # type: ignore[arg-type] # raw files do
    file = header + payload.getvalue()
    assert source.asked_max <= CHUNK_BYTES
    assert decrypt(file, [IDENTITY]) == plaintext
    whole = BytesIO()
    encrypt_stream(BytesIO(plaintext), whole, [IDENTITY.recipient])
    assert decrypt(whole.getvalue(), [IDENTITY]) == plaintext
    decrypt_stream(Trickle(file), opened, [IDENTITY])  # type: ignore[arg-type] # raw files do
    assert opened.getvalue() == plaintext


@given(SIZES, st.data())
@settings(max_examples=50, deadline=None)
def test_any_part_reads_like_a_slice(size: int, data: st.DataObject) -> None:
    plaintext = _sound(size)
    header, payload = seal(plaintext, [IDENTITY.recipient])
    offset, length = data.draw(st.integers(0, size + 5)), data.draw(st.integers(0, size + 5))
    touched: list[int] = []

    def read_at(start: int, count: int) -> bytes:
        touched.append(count)
        assert 0 <= start <= start + count <= len(payload)
        return payload[start : start + count]

    reader = open_payload(header, [IDENTITY], len(payload), read_at)
    opened = len(touched)
    assert reader.length == size
    assert reader.read(offset, length) == plaintext[offset : offset + length]
    read = touched[opened:]
    assert len(read) <= 1
    assert sum(read) <= length + 2 * SEALED_CHUNK_BYTES
    for wrong in ((-1, 1), (0, -1)):
        with pytest.raises(ValueError, match="negative"):
            reader.read(*wrong)


def test_a_reader_believes_neither_a_wrong_end_nor_a_changed_chunk() -> None:
    header, payload = seal(_sound(3 * CHUNK_BYTES), [IDENTITY.recipient])

    def reading(payload: bytes) -> Callable[[int, int], bytes]:
        return lambda start, count: payload[start : start + count]

    for chunks in (1, 2):
        cut = payload[: 16 + chunks * SEALED_CHUNK_BYTES]
        with pytest.raises(PayloadDamaged):
            open_payload(header, [IDENTITY], len(cut), reading(cut))
    with pytest.raises(PayloadDamaged):
        open_payload(header, [IDENTITY], len(payload) + 40, reading(payload + bytes(40)))
    middle = 16 + SEALED_CHUNK_BYTES + 5
    changed = payload[:middle] + bytes([payload[middle] ^ 1]) + payload[middle + 1 :]
    reader = open_payload(header, [IDENTITY], len(changed), reading(changed))
    assert reader.read(0, CHUNK_BYTES) == _sound(CHUNK_BYTES)
    with pytest.raises(PayloadDamaged):
        reader.read(CHUNK_BYTES - 1, 2)


@pytest.mark.parametrize("length", [0, 15, 16, 31, 16 + SEALED_CHUNK_BYTES + 16])
def test_no_payload_has_such_a_length(length: int) -> None:
    with pytest.raises(AgeError):
        plaintext_length(length)


def test_another_header_opens_the_same_payload_for_somebody_else() -> None:
    header, payload = seal(b"for the family", [IDENTITY.recipient])
    granted = rewrap(header, IDENTITY, [OTHER.recipient])
    assert decrypt(granted + payload, [OTHER]) == b"for the family"
    with pytest.raises(NotForThisIdentity):
        decrypt(granted + payload, [IDENTITY])
    with pytest.raises(NotForThisIdentity):
        rewrap(header, OTHER, [OTHER.recipient])
    foreign, _ = seal(b"for the family", [IDENTITY.recipient])
    with pytest.raises(PayloadDamaged):
        decrypt(foreign + payload, [IDENTITY])


def test_nothing_is_sealed_to_nobody() -> None:
    header, _ = seal(b"for the family", [IDENTITY.recipient])
    target = BytesIO()
    for sealing in (
        lambda: seal(b"", []),
        lambda: rewrap(header, IDENTITY, []),
        lambda: seal_stream(BytesIO(b"x"), target, []),
        lambda: encrypt_stream(BytesIO(b"x"), target, []),
    ):
        with pytest.raises(NoRecipients):
            sealing()
    assert target.getvalue() == b""


FILE = encrypt(_sound(CHUNK_BYTES + 10), [IDENTITY.recipient, OTHER.recipient])
HEADER_BYTES = len(split(FILE)[0])
PLACES = st.one_of(
    st.integers(0, HEADER_BYTES + 20),
    st.integers(HEADER_BYTES + CHUNK_BYTES, len(FILE) - 1),
    st.integers(0, len(FILE) - 1),
)


def _is_refused(file: bytes) -> None:
    with pytest.raises(AgeError):
        decrypt(file, [IDENTITY])
    released = BytesIO()
    with pytest.raises(AgeError):
        decrypt_stream(BytesIO(file), released, [IDENTITY])
    assert _sound(CHUNK_BYTES + 10).startswith(released.getvalue())


@given(PLACES, st.integers(1, 255))
@settings(max_examples=150, deadline=None)
def test_a_changed_byte_is_refused(place: int, flip: int) -> None:
    _is_refused(FILE[:place] + bytes([FILE[place] ^ flip]) + FILE[place + 1 :])


@given(PLACES)
@settings(max_examples=80, deadline=None)
def test_a_file_cut_short_is_refused(place: int) -> None:
    _is_refused(FILE[:place])


@given(PLACES, st.binary(min_size=1, max_size=40))
@settings(max_examples=80, deadline=None)
def test_added_bytes_are_refused(place: int, added: bytes) -> None:
    _is_refused(FILE + added)
    if FILE[:place] + added + FILE[place:] != FILE + added:
        _is_refused(FILE[:place] + added + FILE[place:])


@given(st.permutations(range(4)).filter(lambda order: order != [0, 1, 2, 3]))
@settings(deadline=None)
def test_reordered_chunks_are_refused(order: list[int]) -> None:
    header, payload = seal(_sound(4 * CHUNK_BYTES), [IDENTITY.recipient])
    chunks = [payload[16 + n * SEALED_CHUNK_BYTES :][:SEALED_CHUNK_BYTES] for n in range(4)]
    with pytest.raises(PayloadDamaged):
        decrypt(header + payload[:16] + b"".join(chunks[n] for n in order), [IDENTITY])
