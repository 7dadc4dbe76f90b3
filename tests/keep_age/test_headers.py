"""Headers are read strictly, even ones whose MAC is right."""

from collections.abc import Sequence
from io import BytesIO

import pytest

from unhear.keep.age import (
    AgeError,
    HeaderDamaged,
    Identity,
    NotForThisIdentity,
    decrypt,
    rewrap,
    seal,
)
from unhear.keep.age.header import HEADER_BYTES_MAX, Header, Stanza, read_header

IDENTITY = Identity.generate()
FILE_KEY = b"YELLOW SUBMARINE"
HEADER, PAYLOAD = seal(b"for the family", [IDENTITY.recipient])
OURS = IDENTITY.recipient.wrap(FILE_KEY)
UNKNOWN = Stanza(("example.com/enigma", "rotor"), bytes(48))


def _header(stanzas: Sequence[Stanza]) -> bytes:
    return bytes(Header.make(stanzas, FILE_KEY))


def _rewrapped(header: bytes) -> bytes:
    return rewrap(header, IDENTITY, [IDENTITY.recipient])


def test_unknown_ways_in_are_passed_over() -> None:
    assert _rewrapped(_header([UNKNOWN, OURS, UNKNOWN]))
    with pytest.raises(NotForThisIdentity):
        _rewrapped(_header([UNKNOWN]))


def test_a_passphrase_is_never_one_way_among_others() -> None:
    passphrase = Stanza(("scrypt", "c2FsdHNhbHRzYWx0c2FsdA", "18"), bytes(32))
    for stanzas in ([OURS, passphrase], [passphrase, OURS], [passphrase, passphrase]):
        with pytest.raises(HeaderDamaged, match="passphrase"):
            _rewrapped(_header(stanzas))
    with pytest.raises(NotForThisIdentity):
        _rewrapped(_header([passphrase]))


def test_a_header_for_nobody_is_refused() -> None:
    with pytest.raises(HeaderDamaged, match="no recipient"):
        _rewrapped(_header([]))


def test_only_a_whole_header_and_nothing_after_it_is_one() -> None:
    assert _rewrapped(HEADER)
    for wrong in (HEADER + b"\n", HEADER + PAYLOAD, HEADER[:-1], HEADER[:-1] + b"A", b""):
        with pytest.raises(HeaderDamaged):
            _rewrapped(wrong)


@pytest.mark.parametrize("columns", [0, 1, 47, 48, 49, 95, 96, 97])
def test_bodies_of_every_length_are_written_as_they_are_read(columns: int) -> None:
    header = _header([Stanza(("example.com/enigma",), bytes(columns))])
    assert bytes(read_header(BytesIO(header))) == header


def test_a_line_longer_than_64_columns_is_refused() -> None:
    long = b"age-encryption.org/v1\n-> a\n" + b"A" * 68 + b"\n\n--- " + b"A" * 43 + b"\n"
    with pytest.raises(HeaderDamaged, match="64 columns"):
        read_header(BytesIO(long))


def test_a_header_without_end_is_given_up_soon() -> None:
    for endless in (b"x" * 8, b"-> a\n" + b"A" * 64 + b"\n"):
        source = BytesIO(b"age-encryption.org/v1\n" + endless * (HEADER_BYTES_MAX // 4))
        with pytest.raises(HeaderDamaged):
            read_header(source)
        assert source.tell() <= HEADER_BYTES_MAX
    many = _header([UNKNOWN] * (HEADER_BYTES_MAX // len(bytes(UNKNOWN)) + 1))
    with pytest.raises(HeaderDamaged, match="longer than"):
        read_header(BytesIO(many))


def test_no_message_tells_a_key() -> None:
    for file in (HEADER, HEADER[:-9] + PAYLOAD, HEADER + PAYLOAD[:-1], _header([UNKNOWN])):
        with pytest.raises(AgeError) as caught:
            decrypt(file, [IDENTITY])
        told = f"{caught.value} {caught.value.args}"
        assert IDENTITY.reveal() not in told
        assert FILE_KEY.decode() not in told
