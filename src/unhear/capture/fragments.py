"""Fragments of an MP4 film, written from encoded packets as they come (ISO/IEC 14496-12, 8.8)."""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from unhear.capture.boxes import box, full_box
from unhear.capture.encoded import PICTURE_TICKS, Encoded

PICTURES, SOUND = 1, 2
"""The numbers of the tracks."""

BASE_IS_MOOF = 0x020000
HAS_OFFSET, HAS_DURATION, HAS_SIZE, HAS_FLAGS, HAS_SHOWN = 0x1, 0x100, 0x200, 0x400, 0x800
NEEDS_NO_OTHER, NEEDS_OTHERS = 0x02000000, 0x01010000
"""Flags of a sample: one to begin with, and one that depends on others."""

START_CODE = b"\0\0\1"

PARAMETERS_H264, PARAMETERS_H265 = (7, 8), (32, 33, 34)
"""Types of the units that say how pictures are coded."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a film that plays behind its initialization segment and the fragments before.

    `begins` and `ends` are seconds from the film's beginning; `key` is one to begin with.
    """

    data: bytes
    begins: float
    ends: float
    key: bool


class Fragments:
    """Writes one film's fragments; its first packet is a key picture, at the moment 0.

    A fragment is over at the first key picture after `seconds`, and after `seconds_max` anyway; at
    0 every picture is a fragment. The last picture is held until the next, which says how long it
    lasts.
    """

    def __init__(self, seconds: float, seconds_max: float) -> None:
        self._seconds, self._seconds_max = seconds, seconds_max
        self._zero: float | None = None
        self._pictures: list[Encoded] = []
        self._sound: list[Encoded] = []
        self._number = 0

    def add(self, packet: Encoded) -> list[Fragment]:
        """Take the next packet; answer what is whole now."""
        if packet.sound:
            if self._zero is not None and packet.at >= self._zero:
                self._sound.append(packet)
            return []
        if self._zero is None:
            self._zero = packet.at
        over = [self._write(packet.decoded)] if self._is_over(packet) else []
        self._pictures.append(packet)
        return over

    def end(self) -> list[Fragment]:
        """Answer what is left."""
        if not self._pictures:
            return []
        last = self._pictures[-1]
        return [self._write(last.decoded + last.duration)]

    def _is_over(self, packet: Encoded) -> bool:
        if not self._pictures:
            return False
        length = packet.at - self._pictures[0].at
        return length >= self._seconds_max or (length >= self._seconds and packet.key)

    def _write(self, end: int) -> Fragment:
        zero = self._zero or 0.0
        pictures, sound, self._pictures, self._sound = self._pictures, self._sound, [], []
        self._number += 1
        moments = [*(packet.decoded for packet in pictures), end]
        durations = [after - before for before, after in pairwise(moments)]
        samples = [with_lengths(packet.data) for packet in pictures]
        tracks = [
            _Track(PICTURES, pictures, samples, durations),
            _Track(SOUND, sound, [one.data for one in sound], [one.duration for one in sound]),
        ]
        data = _moof_and_mdat(self._number, [track for track in tracks if track.packets], zero)
        begins, ends = pictures[0].at - zero, end / PICTURE_TICKS - zero
        return Fragment(data, begins, ends, pictures[0].key)


@dataclass(frozen=True, slots=True)
class _Track:
    """What a fragment has of one track."""

    number: int
    packets: Sequence[Encoded]
    samples: Sequence[bytes]
    durations: Sequence[int]

    def traf(self, zero: float, offset: int) -> bytes:
        """Answer its box, with its samples `offset` bytes behind the `moof`."""
        first = self.packets[0]
        begins = first.decoded - round(zero * first.ticks)
        return box(
            b"traf",
            full_box(b"tfhd", 0, BASE_IS_MOOF, struct.pack(">I", self.number)),
            full_box(b"tfdt", 1, 0, struct.pack(">Q", max(begins, 0))),
            full_box(
                b"trun",
                1,
                HAS_OFFSET | HAS_DURATION | HAS_SIZE | HAS_FLAGS | HAS_SHOWN,
                struct.pack(">Ii", len(self.packets), offset),
                *self._entries(),
            ),
        )

    def _entries(self) -> Iterable[bytes]:
        for packet, sample, duration in zip(
            self.packets, self.samples, self.durations, strict=True
        ):
            flags = NEEDS_NO_OTHER if packet.key or packet.sound else NEEDS_OTHERS
            later = packet.shown - packet.decoded
            yield struct.pack(">IIIi", duration, len(sample), flags, later)


def _moof_and_mdat(number: int, tracks: Sequence[_Track], zero: float) -> bytes:
    sizes = [sum(map(len, track.samples)) for track in tracks]

    def moof(head: int) -> bytes:
        offsets = [head + 8 + sum(sizes[:index]) for index in range(len(tracks))]
        return box(
            b"moof",
            full_box(b"mfhd", 0, 0, struct.pack(">I", number)),
            *(track.traf(zero, at) for track, at in zip(tracks, offsets, strict=True)),
        )

    media = box(b"mdat", *(sample for track in tracks for sample in track.samples))
    return moof(len(moof(0))) + media


def with_lengths(data: bytes) -> bytes:
    """Answer a coded picture with lengths in place of its start codes (ISO/IEC 14496-15, 4.3.3)."""
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in units(data))


def units(data: bytes) -> Iterator[bytes]:
    """Yield the units between start codes (ITU-T H.264 and H.265, Annex B)."""
    for unit in data.split(START_CODE):
        if whole := unit.rstrip(b"\0"):
            yield whole


def parameter_sets(data: bytes, codec: str) -> dict[int, frozenset[bytes]]:
    """Answer what a coded picture brings along of how it is coded, by kind: its size, and more."""
    of_h264 = codec == "h264"
    found: dict[int, frozenset[bytes]] = {}
    for unit in units(data):
        kind = unit[0] & 0x1F if of_h264 else unit[0] >> 1 & 0x3F
        if kind in (PARAMETERS_H264 if of_h264 else PARAMETERS_H265):
            found[kind] = found.get(kind, frozenset()) | {unit}
    return found
