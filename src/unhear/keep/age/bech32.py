"""Bech32 (BIP 173) without its length limit, as age writes keys."""

from collections.abc import Iterable, Iterator

from unhear.keep.age.errors import KeyMistyped

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
CHECKSUM_LENGTH = 6


def encode(prefix: str, data: bytes) -> str:
    """Answer `data` in lower-case Bech32 with a human-readable `prefix`."""
    values = list(_regroup(data, 8, 5, pad=True))
    polymod = _polymod([*_expanded(prefix), *values, *[0] * CHECKSUM_LENGTH]) ^ 1
    checksum = [polymod >> 5 * (CHECKSUM_LENGTH - 1 - i) & 31 for i in range(CHECKSUM_LENGTH)]
    return f"{prefix}1{''.join(ALPHABET[value] for value in values + checksum)}"


def decode(text: str, prefix: str) -> bytes:
    """Answer the data in `text`, all of one letter case. Raises `KeyMistyped`."""
    if not text.isascii():  # str.lower() would turn the Kelvin sign into a k
        raise KeyMistyped("the key has a character that keys never have")
    if text not in (text.lower(), text.upper()):
        raise KeyMistyped("a key must not mix upper and lower case")
    found, separator, rest = text.lower().rpartition("1")
    if not separator or found != prefix or len(rest) < CHECKSUM_LENGTH:
        raise KeyMistyped(f"this is no key of the kind {prefix!r}")
    if any(character not in ALPHABET for character in rest):
        raise KeyMistyped("the key has a character that keys never have")
    values = [ALPHABET.index(character) for character in rest]
    if _polymod([*_expanded(prefix), *values]) != 1:
        raise KeyMistyped("the key's checksum is wrong: a character was mistyped")
    return bytes(_regroup(values[:-CHECKSUM_LENGTH], 5, 8, pad=False))


def _expanded(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _polymod(values: Iterable[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate(GENERATOR):
            checksum ^= term if top >> bit & 1 else 0
    return checksum


def _regroup(values: Iterable[int], from_bits: int, to_bits: int, *, pad: bool) -> Iterator[int]:
    accumulator = bits = 0
    for value in values:
        accumulator = (accumulator << from_bits | value) & 0xFFF
        bits += from_bits
        while bits >= to_bits:
            bits -= to_bits
            yield accumulator >> bits & (1 << to_bits) - 1
    left = accumulator & (1 << bits) - 1
    if pad and bits:
        yield left << to_bits - bits
    elif not pad and (bits >= from_bits or left):
        raise KeyMistyped("the key has the wrong length")
